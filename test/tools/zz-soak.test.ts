import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileTemplate } from '../../src/template/compile-template.js';
import { renderProgram } from '../../src/template/render.js';

/** Pieces of scripts, most of them unfit to stand next to each other. */
const PIECES = [
  ...[
    '{{x}}',
    '{{x}}',
    ' {{x}} ',
    '{{x}}',
    '"',
    "'",
    '`',
    '$(',
    ')',
    '"$(',
    ')"',
    '${a:-',
    '${a#',
    '}',
    '$((',
    '))',
    '((',
  ],
  ...[
    '#',
    ' #',
    '\n',
    '\n',
    ' ',
    '\t',
    '\\',
    '\\\\',
    '$',
    '$a',
    'a',
    'echo ',
    '<<E\n',
    '<<-E\n',
    "<<'E'\n",
    '\nE\n',
    '\\\n',
    '\nE\n',
  ],
  ...[
    '<',
    '>',
    '2>',
    '|',
    '&&',
    ';',
    ';;',
    'case a in ',
    'a)',
    'esac',
    "$'",
    '=',
    'if :; then ',
    'fi',
    '{ ',
    '; }',
    '[[ ',
    ']]',
    '~',
    '!',
  ],
];

/** Values that would run the function `caught`, were they anything but a word. */
const VALUES = [
  ...[
    '$(caught)',
    '`caught`',
    '; caught ;',
    '\ncaught\n',
    "'\ncaught\n'",
    "';caught;'",
    '";caught;"',
    '"\ncaught\n"',
  ],
  ...[
    ')\ncaught\n(',
    ') caught',
    '}caught',
    'E\ncaught\nE\n',
    '\nE\ncaught\n',
    "\\';caught;'",
    "'$(caught)'",
    '"$(caught)"',
  ],
];

const scratch = mkdtempSync(join(tmpdir(), 'stowage-places-'));
// The scripts may redirect into files of the folder that they run in.
chmodSync(scratch, 0o777);
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** Runs each script in a shell of its own without any program; the indexes of those that ran `caught`. */
function caught(shell: string, scripts: readonly string[]): number[] {
  const driver =
    'caught() { echo "$i" >&9; }; i=0; for s; do (eval "$s") </dev/null >/dev/null 2>&1; i=$((i+1)); done 9>&1';
  const { stdout, error } = spawnSync(shell, ['-c', driver, shell, ...scripts], {
    cwd: scratch,
    encoding: 'utf8',
    env: { PATH: '/nonexistent' },
    ...(process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}),
  });
  if (error !== undefined) throw new Error(`this test needs ${shell}: ${error.message}`);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

const template = fc
  .array(fc.constantFrom(...PIECES), { minLength: 2, maxLength: 14 })
  .map((pieces) => `${pieces.join('')} {{x}}\n`);

test.each(['/bin/dash'])(
  'whatever script %s is given, an accepted tag never runs its value',
  (shell) => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(template, { minLength: 400, maxLength: 400 }), (texts) => {
        const scripts = texts.flatMap((text, index) => {
          const { program, problems } = compileTemplate('t.sh.hbs', 'shell', text);
          if (problems.length > 0) return [];
          accepted += 1;
          const values = [VALUES[index % VALUES.length], VALUES[(index * 7 + 3) % VALUES.length]];
          return values.map((x) => renderProgram({ 't.sh.hbs': program }, 't.sh.hbs', { x }));
        });
        expect(caught(shell, scripts).map((index) => scripts[index])).toEqual([]);
      }),
      { numRuns: 1200, endOnFailure: true },
    );
    expect(accepted).toBeGreaterThan(200);
  },
);

test('the test itself notices a value that runs', () => {
  expect(caught('/bin/bash', ['echo a', 'echo "$(caught)"', "echo '$(caught)'"])).toEqual([1]);
});
