import { expect, test } from '@jest/globals';
import { change, reviewStates, STATE, type State } from '../../support/review.js';

const file = 'services/wiki.yml';

/** The state in which the newest file of the service's volume may be so old; `more` is beside it. */
const withAge = (age: string | null, more = ''): State =>
  change(
    file,
    'path: /var/lib/wiki }',
    `path: /var/lib/wiki }\nbackup: { volumes: { files: { ${age === null ? '' : `max_source_age: ${age}`} } }${more} }`,
    STATE,
  );

const said = (before: State, after: State) =>
  reviewStates(before, after)
    .filter(({ code }) => code === 'STW862')
    .map(({ severity, before: old, after: now, message, span }) => [severity, old, now, message, span.line]);

const NAME = 'volume `files` of `wiki`';

test('an age that goes or grows is critical, and one that comes or shrinks is nothing', () => {
  const gone = expect.stringContaining(`the files in ${NAME}`);
  expect(said(withAge('26h'), withAge(null))).toEqual([['critical', '1d 2h', null, gone, 8]]);
  expect(said(withAge('26h'), withAge('2d'))).toEqual([
    ['critical', '1d 2h', '2d', expect.stringContaining('may be older than before'), 9],
  ]);
  expect(said(withAge('2d'), withAge('26h'))).toEqual([]);
  expect(said(withAge(null), withAge('26h'))).toEqual([]);
});

test('one that goes with files that a dump stands for is nothing', () => {
  const dump = ', dumps: { db: { engine: mariadb, replaces: files } }';
  expect(said(withAge('26h'), withAge(null, dump))).toEqual([]);
});
