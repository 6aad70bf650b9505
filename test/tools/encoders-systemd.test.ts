import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hostilePath, hostileText } from '../support/hostile-text.js';
import { readUnits, withoutVariables } from '../support/systemd-reader.js';
import type { ReadUnit } from '../support/systemd-reader.js';
import { filler } from '../support/template.js';

const BATCH = 125;
const BATCHES = 8;

/** Every value in its own unit, all units read at once; values that are refused are left out. */
function readAll<Value>(
  values: readonly Value[],
  template: string,
  context: (value: Value) => Record<string, unknown>,
): (readonly [Value, ReadUnit])[] {
  const fill = filler('t.service.hbs', template);
  const texts = values.flatMap((value) => {
    const text = fill(context(value));
    return text === null ? [] : [[value, text] as const];
  });
  const units = readUnits(texts.map(([, text]) => text));
  return units.flatMap((unit, index) => {
    const value = texts[index]?.[0];
    return value === undefined ? [] : [[value, unit] as const];
  });
}

/** Runs `check` over batches of at least a thousand values, and demands that a good part of them was not refused. */
function forAll<Value>(
  value: fc.Arbitrary<Value>,
  template: string,
  context: (value: Value) => Record<string, unknown>,
  check: (value: Value, unit: ReadUnit) => void,
): void {
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(value, { minLength: BATCH, maxLength: BATCH }), (values) => {
      const read = readAll(values, template, context);
      accepted += read.length;
      for (const [one, unit] of read) check(one, unit);
    }),
    // Shrinking batches would take minutes; the mismatch shows the value.
    { numRuns: BATCHES, endOnFailure: true },
  );
  expect(accepted).toBeGreaterThan(BATCH);
}

const SERVICE = '[Service]\nType=oneshot\nExecStart=/bin/true\n';
const both = fc.tuple(hostilePath, hostilePath);

describe('a tag in a unit means to systemd what it was given', () => {
  test('one text', () => {
    forAll(
      hostileText,
      `[Unit]\nDescription=a{{x}}\nDocumentation=man:a\n${SERVICE}`,
      (x) => ({ x }),
      (x, { settings }) => {
        expect(settings.get('Description')).toEqual([`a${x}`]);
        expect(settings.get('Documentation')).toEqual(['man:a']);
      },
    );
  });

  test('arguments: whole, as a part, first and last in a line, alone in a continued line', () => {
    forAll(
      hostileText,
      '[Service]\nType=oneshot\nExecStart=/bin/echo {{arg x}} --x={{arg x}} {{arg x}}\nExecStart=/bin/echo \\\n  {{arg x}} \\\n  {{x}} \\\n  end{{arg x}} ; /bin/echo {{arg x}}\n',
      (x) => ({ x }),
      (x, { commands }) => {
        expect(commands.map((words) => words.map(withoutVariables))).toEqual([
          ['/bin/echo', x, `--x=${x}`, x],
          ['/bin/echo', x, x, `end${x}`],
          ['/bin/echo', x],
        ]);
      },
    );
  });

  test('arguments of a loop', () => {
    forAll(
      fc.array(hostileText, { minLength: 1, maxLength: 3 }),
      '[Service]\nType=oneshot\nExecStart={{#each words}}{{#unless @first}} {{/unless}}{{arg this}}{{/each}}\n',
      (words) => ({ words: ['/bin/echo', ...words] }),
      (words, { commands }) => {
        expect(commands.map((command) => command.map(withoutVariables))).toEqual([['/bin/echo', ...words]]);
      },
    );
  });

  test('a program', () => {
    forAll(
      fc.oneof(hostilePath, fc.stringMatching(/^\/[\w/.%@+,=:-]{1,8}\w$/)),
      '[Service]\nType=oneshot\nExecStart=-{{arg x}} {{arg x}}\n',
      (x) => ({ x }),
      (x, { commands }) => {
        expect(commands.map((words) => words.map(withoutVariables))).toEqual([[x, x]]);
      },
    );
  });

  test('environment: a whole word, and a value', () => {
    forAll(
      hostileText,
      `${SERVICE}Environment={{word whole}} B={{word x}}\nEnvironment=C={{word x}}\nEnvironment=D=d\n`,
      (x) => ({ x, whole: `A=${x}` }),
      (x, { settings }) => {
        expect(settings.get('Environment')).toEqual([`A=${x}`, `B=${x}`, `C=${x}`, 'D=d']);
      },
    );
  });

  test('lists of paths', () => {
    forAll(
      hostilePath,
      `[Unit]\nRequiresMountsFor={{word x}}\n${SERVICE}ReadWritePaths={{word x}}\nReadOnlyPaths=-{{word plain}}\n`,
      (x) => ({ x, plain: /^[\w/]+$/.test(x) ? x : '/plain' }),
      (x, { settings }) => {
        expect(settings.get('RequiresMountsFor')).toEqual([`${simple(x)} (origin-file)`]);
        expect(settings.get('ReadWritePaths')).toEqual([simple(x)]);
        expect(settings.get('ReadOnlyPaths')?.[0]).toMatch(/^-\/[\w/]+$/);
      },
    );
  });

  test('pairs of paths', () => {
    forAll(
      both,
      `${SERVICE}BindReadOnlyPaths={{bind a b}}\nBindReadOnlyPaths={{bind b a}} /c:/d\n`,
      ([a, b]) => ({ a, b }),
      ([a, b], { settings }) => {
        expect(settings.get('BindReadOnlyPaths')).toEqual([
          `${simple(a)}:${simple(b)}:rbind`,
          `${simple(b)}:${simple(a)}:rbind`,
          '/c:/d:rbind',
        ]);
      },
    );
  });

  test('one path to the end of the line', () => {
    forAll(
      hostilePath,
      `${SERVICE}WorkingDirectory={{x}}\nEnvironmentFile={{x}}\n`,
      (x) => ({ x }),
      (x, { settings }) => {
        expect(settings.get('WorkingDirectory')).toEqual([simple(x)]);
        expect(settings.get('EnvironmentFile')).toEqual([simple(x)]);
      },
    );
  });

  test('a plain word in a setting of any other kind', () => {
    forAll(
      fc.oneof(hostileText, fc.stringMatching(/^[\w/%@+,=-]{1,8}$/)),
      `${SERVICE}ReadWritePaths=/a{{x}}\nEnvironment=A={{x}}\n`,
      (x) => ({ x }),
      (x, { settings }) => {
        expect(settings.get('ReadWritePaths')).toEqual([simple(`/a${x}`)]);
        expect(settings.get('Environment')).toEqual([`A=${x}`]);
      },
    );
  });

  test('a comment stays a comment', () => {
    forAll(
      hostileText,
      `# {{comment x}}\n[Unit]\nDescription=d\n# {{comment x}}\n${SERVICE}`,
      (x) => ({ x }),
      (_, { settings, commands }) => {
        expect(settings.get('Description')).toEqual(['d']);
        expect(commands).toEqual([['/bin/true']]);
      },
    );
  });
});

/** As systemd writes paths: no doubled, no trailing slash, no `.` (systemd.unit(5)). */
function simple(path: string): string {
  return path.replace(/(?:\/\.?)+(?=\/|$)/g, '') || '/';
}
