import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stowage-environment-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const SCRIPT = builtinTemplates().render('host/check-environment.sh.hbs', { header: 'test' });

function check(content: string | Buffer) {
  const file = path.join(folder, 'main.env');
  writeFileSync(file, content);
  const { status, stdout, stderr } = spawnSync('sh', ['-c', SCRIPT, 'sh', file], { encoding: 'utf8' });
  return { code: status, stdout, stderr: stderr.replaceAll(folder, '') };
}

// Each was read by systemd 252, by systemd 257 and by Podman 5.4, all in the same way.
test.each([
  ['plain text', 'A=plain\nB_2=x\n'],
  ['nothing', ''],
  ['an empty value', 'A=\n'],
  ['no end of the last line', 'A=b'],
  ['comments and empty lines', '# one\n\n  \n\t# two\nA=b\n'],
  ['a number sign in a value', 'A=a#b\nB=a #b\n'],
  ['quotes that do not begin a value', `A=x"q"y\nB=it's\nC=a"\n`],
  ['what a shell would replace', 'A=$HOME\nB=${HOME}\nC=`id`\nD=50%h\nE=*\nF=!x?~[]{}()<>|&^@:,;+-\n'],
  ['blanks and signs inside', 'A=a  b\tc\nB=c=d\n'],
  ['letters of any script', 'A=ü\n'],
])('systemd and Podman read the same: %s', (_what, content) => {
  expect(check(content)).toEqual({ code: 0, stdout: '', stderr: '' });
});

describe('what they read differently is refused by its line, and never shown:', () => {
  test.each([
    ['quotes', 'A=1\nB="secret"\n', 2, 'a quote at the beginning'],
    ['single quotes', "A='secret'\n", 1, 'a quote at the beginning'],
    ['export', '# c\n\nexport A=secret\n', 3, 'no `export`'],
    ['a backslash', 'A=sec\\ret\n', 1, 'a backslash'],
    ['a line that goes on', 'A=secret\\\nB=c\n', 1, 'a backslash'],
    ['a comment that goes on', '# secret\\\nB=c\n', 1, 'a backslash'],
    ['a comment of systemd', ';A=secret\n', 1, 'a comment begins'],
    ['a blank before the name', ' A=secret\n', 1, 'a blank before the name'],
    ['a blank before the value', 'A= secret\n', 1, 'at the beginning or the end'],
    ['a blank behind the value', 'A=secret \n', 1, 'at the beginning or the end'],
    ['a blank behind the name', 'A =secret\n', 1, 'the name before `=`'],
    ['a name with a hyphen', 'A-B=secret\n', 1, 'the name before `=`'],
    ['a name with a digit first', '1A=secret\n', 1, 'the name before `=`'],
    ['no name', '=secret\n', 1, 'the name before `=`'],
    ['a mark of the byte order', '\ufeffA=secret\n', 1, 'the name before `=`'],
    ['a name alone', 'secret\n', 1, 'neither NAME=VALUE'],
    ['a pattern of names', 'secret*\n', 1, 'neither NAME=VALUE'],
    ['line ends of another system', 'A=secret\r\n', 1, 'a control character'],
  ])('%s', (_what, content, line, why) => {
    const { code, stdout, stderr } = check(content);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^/main\\.env:${line}: .*${why}.*\\n$`));
    expect(stderr).not.toContain('secret');
  });

  test('each line of several', () => {
    expect(check('A="x"\nB=1\nexport C=2\n').stderr.match(/^\/main\.env:\d+/gm)).toEqual([
      '/main.env:1',
      '/main.env:3',
    ]);
  });

  test('another encoding', () => {
    const { code, stderr } = check(Buffer.from([0x41, 0x3d, 0xfc, 0x0a]));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: '/main.env: not UTF-8, so systemd reads nothing of it\n',
    });
  });
});

test('a text on standard input has no file, and one that cannot be read is refused', () => {
  const given = spawnSync('sh', ['-c', SCRIPT, 'sh', '-'], { input: 'A="b"\n', encoding: 'utf8' });
  expect(given).toMatchObject({ status: 1, stderr: expect.stringMatching(/^the environment:1: a quote/) });
  expect(spawnSync('sh', ['-c', SCRIPT, 'sh', `${folder}/none`]).status).toBe(1);
});
