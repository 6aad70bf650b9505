import { expect, test } from '@jest/globals';
import { reviewStates, STATE, type State } from '../../support/review.js';

const wiki = 'services/wiki.yml';

/** The wiki with what stands for its `backup`. */
const dumping = (dumps: string): State => ({
  ...STATE,
  [wiki]: `${STATE[wiki] ?? ''}backup: { dumps: { db: ${dumps} } }\n`,
});
const codes = (before: State, after: State) =>
  reviewStates(before, after)
    .filter(({ code }) => ['STW840', 'STW860', 'STW861'].includes(code))
    .map(({ code, severity, message }) => [code, severity, message]);

const POSTGRESQL = '{ engine: postgresql, container: db, databases: [wiki, users], min_size: 1MiB }';
const NAME = 'database `db` of `wiki` on docker on web1';

test('a dump that goes is critical, and one that comes is good to know', () => {
  expect(codes(dumping(POSTGRESQL), STATE)).toEqual([['STW860', 'critical', `${NAME} is no longer dumped`]]);
  expect(codes(STATE, dumping(POSTGRESQL))).toEqual([
    ['STW840', 'info', `${NAME} is dumped before its backup`],
  ]);
  expect(codes(dumping(POSTGRESQL), dumping(POSTGRESQL))).toEqual([]);
});

test('a database that is left out is critical', () => {
  expect(codes(dumping(POSTGRESQL), dumping(POSTGRESQL.replace(', users', '')))).toEqual([
    ['STW860', 'critical', `\`users\` in ${NAME} is no longer dumped`],
  ]);
  const all = POSTGRESQL.replace('[wiki, users]', 'all');
  expect(codes(dumping(all), dumping(POSTGRESQL))).toEqual([
    ['STW860', 'critical', `${NAME} is dumped only in part`],
  ]);
  expect(codes(dumping(POSTGRESQL), dumping(all))).toEqual([]);
});

test.each([
  ['min_size: 1MiB', 'min_size: 1KiB', 'smallest size'],
  ['container: db', 'container: other', 'way to its database'],
  ['engine: postgresql', 'engine: mariadb', 'engine'],
])('%s, then %s is a warning', (before, after, key) => {
  expect(codes(dumping(POSTGRESQL), dumping(POSTGRESQL.replace(before, after)))).toEqual([
    ['STW861', 'warning', `the dump of ${NAME} has another ${key}`],
  ]);
});

test('a stream that was a file beside the volumes is a warning, and so is the way back', () => {
  const [spool, stream] = ['', ', transfer: stream'].map((more) =>
    dumping(`{ engine: redis, container: cache${more} }`),
  );
  if (spool === undefined || stream === undefined) throw new Error('there are two');
  const found = [['STW861', 'warning', `the dump of ${NAME} has another way into snapshots`]];
  expect(codes(spool, stream)).toEqual(found);
  expect(codes(stream, spool)).toEqual(found);
});

test('a larger smallest size is none', () => {
  expect(codes(dumping(POSTGRESQL), dumping(POSTGRESQL.replace('1MiB', '2MiB')))).toEqual([]);
});
