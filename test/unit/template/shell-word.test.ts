import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { shellWord } from '../../../src/template/encoders/shell-word.js';

/** POSIX.1-2017, 2.4, and those of bash: where a command is expected these would be grammar, and no name. */
const RESERVED = [
  ...[
    '!',
    '{',
    '}',
    'case',
    'do',
    'done',
    'elif',
    'else',
    'esac',
    'fi',
    'for',
    'if',
    'in',
    'then',
    'until',
    'while',
  ],
  ...['function', 'select', 'time', 'coproc', '[['],
];

describe('a word of a shell', () => {
  test.each(RESERVED)('that is reserved is quoted: %s', (word) => {
    expect(shellWord(word)).toBe(`'${word}'`);
  });

  test.each(['=x', 'A=b', 'A+=b', '_a1=', '~', '~root', 'a*', '', 'a b', '#a', 'a;b', '$x', '-e\n'])(
    'that a shell would take for something else is quoted: %j',
    (word) => {
      expect(shellWord(word)).toBe(`'${word}'`);
    },
  );

  test.each([
    'a',
    '/srv/a-b_c.d',
    'a=b=c'.replace('a=', '1='),
    '--x=y',
    'a@b',
    '10%',
    'iffy',
    'a,b',
    'a:b',
    'a+b',
  ])('that means itself stays bare: %s', (word) => {
    expect(shellWord(word)).toBe(word);
  });

  test('is a command of its name, and no part of the grammar', () => {
    const calls = RESERVED.map((word) => `${shellWord(word)} 2>/dev/null; echo "$?"`).join('\n');
    const { stdout, status } = spawnSync('/bin/sh', ['-c', calls], {
      encoding: 'utf8',
      env: { PATH: '/nowhere' },
    });
    expect(status).toBe(0);
    expect(stdout.trim().split('\n')).toEqual(RESERVED.map(() => '127'));
  });
});
