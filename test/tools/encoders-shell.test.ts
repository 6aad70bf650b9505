import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hostileText } from '../support/hostile-text.js';
import { filler } from '../support/template.js';

const BATCH = 200;
const BATCHES = 6;

const scratch = mkdtempSync(join(tmpdir(), 'stowage-shell-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** Each prints words, each ended by a NUL. */
const SCRIPTS = {
  'a word alone': ["printf '%s\\0' {{x}}\n", (x: string) => [x]],
  'parts of words': [
    'printf \'%s\\0\' a{{x}}b --x={{x}} "q"{{x}}{{x}}\n',
    (x: string) => [`a${x}b`, `--x=${x}`, `q${x}${x}`],
  ],
  'a variable': ['v={{x}}\nprintf \'%s\\0\' "$v" "${v}"\n', (x: string) => [x, x]],
  'a loop': ['for w in {{x}} {{x}}; do printf \'%s\\0\' "$w"; done\n', (x: string) => [x, x]],
  'a pattern': ["case {{x}} in {{x}}) printf '%s\\0' yes ;; *) printf '%s\\0' no ;; esac\n", () => ['yes']],
  'a function': [
    'f() {\n  printf \'%s\\0\' "$@" # {{comment x}}\n}\nf {{x}} end\n',
    (x: string) => [x, 'end'],
  ],
  'a substitution': ["printf '%s\\0' $(: {{x}})end {{x}}\n", (x: string) => ['end', x]],
  'a comment': ["# {{comment x}}\nprintf '%s\\0' {{x}} # {{comment x}}\n", (x: string) => [x]],
} as const satisfies Record<string, readonly [string, (x: string) => string[]]>;

function run(shell: string, script: string): string[] {
  const file = join(scratch, `script.${shell}`);
  writeFileSync(file, script);
  const { status, stdout, stderr, error } = spawnSync(shell, [file], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
    maxBuffer: 1 << 26,
  });
  if (error !== undefined)
    throw new Error(`this test needs the Debian package \`${shell}\`: ${error.message}`);
  if (status !== 0 || stderr !== '') throw new Error(`${shell} failed: ${stderr}`);
  return stdout.split('\0').slice(0, -1);
}

describe.each(['bash', 'dash'])('%s reads back what a script was given', (shell) => {
  test.each(Object.entries(SCRIPTS))('%s', (_, [template, words]) => {
    const fill = filler('t.sh.hbs', template);
    fc.assert(
      fc.property(fc.array(hostileText, { minLength: BATCH, maxLength: BATCH }), (values) => {
        const accepted = values.filter((x) => fill({ x }) !== null);
        expect(accepted.length).toBeGreaterThan(BATCH / 2);
        const script = accepted.map((x) => fill({ x })).join('');
        expect(run(shell, script)).toEqual(accepted.flatMap(words));
      }),
      { numRuns: BATCHES, endOnFailure: true },
    );
  });

  test('a command copied from a runbook', () => {
    const fill = filler('t.md.hbs', "```sh\nprintf '%s\\0' {{x}} a{{x}}\n```\n");
    fc.assert(
      fc.property(fc.array(hostileText, { minLength: BATCH, maxLength: BATCH }), (values) => {
        const accepted = values.filter((x) => fill({ x }) !== null);
        const script = accepted
          .map((x) => (fill({ x }) ?? '').split('\n').slice(1, -2).join('\n'))
          .join('\n');
        expect(run(shell, script)).toEqual(accepted.flatMap((x) => [x, `a${x}`]));
      }),
      { numRuns: BATCHES, endOnFailure: true },
    );
  });
});

test('only NUL and what is no text is refused', () => {
  const fill = filler('t.sh.hbs', ': {{x}}\n');
  fc.assert(
    fc.property(hostileText, (x) => {
      expect(fill({ x }) === null).toBe(/\0|\p{Surrogate}/u.test(x));
    }),
  );
});
