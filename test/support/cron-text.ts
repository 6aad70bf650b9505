import fc from 'fast-check';

const MONTHS = ['JAN', 'feb', 'Mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'MON', 'tue', 'wed', 'thu', 'Fri', 'sat'];

function item(min: number, max: number, names: readonly string[]): fc.Arbitrary<string> {
  const number = fc.integer({ min, max });
  const value = number.map((n) =>
    names.length > 0 && n % 3 === 0 ? (names[n - min] ?? String(n)) : String(n),
  );
  const range = fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: Math.max(2, Math.floor(max / 2)) });
  return fc.oneof(
    { weight: 4, arbitrary: value },
    { weight: 2, arbitrary: range },
    { weight: 1, arbitrary: fc.tuple(range, step).map(([a, b]) => `${a}/${b}`) },
    { weight: 1, arbitrary: fc.tuple(number, step).map(([a, b]) => `${a}/${b}`) },
    { weight: 1, arbitrary: step.map((n) => `*/${n}`) },
  );
}

function field(min: number, max: number, star: number, names: readonly string[] = []): fc.Arbitrary<string> {
  const list = fc
    .array(item(min, max, names), { minLength: 1, maxLength: 3 })
    .map((items) => items.join(','));
  return fc.oneof({ weight: star, arbitrary: fc.constant('*') }, { weight: 2, arbitrary: list });
}

/** Cron expressions of every shape: names, lists, ranges, steps. A few name days that no month has. */
export const cronText: fc.Arbitrary<string> = fc
  .tuple(field(0, 59, 1), field(0, 23, 1), field(1, 31, 3), field(1, 12, 4, MONTHS), field(0, 6, 3, WEEKDAYS))
  .map((fields) => fields.join(' '));
