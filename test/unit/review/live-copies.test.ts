import { expect, test } from '@jest/globals';
import { change, lines, reviewStates, STATE, type State } from '../../support/review.js';

const file = 'services/wiki.yml';

/** The state in which the managed volume of the service holds a database, with more in its contract. */
function withDatabase(more = ''): State {
  const moved = change(file, 'target: /var/lib/wiki', 'target: /var/lib/mysql');
  return change(
    file,
    '- { name: files, path: /var/lib/wiki }',
    `- { name: files, path: /var/lib/mysql }\nservice_image: mariadb:11\n${more}`.trimEnd(),
    moved,
  );
}

const said = (before: State, after: State) =>
  lines(reviewStates(before, after)).filter((line) => line.startsWith('STW85'));

const REASON = 'backup: { volumes: { files: { live_copy: tables are read-only } } }';
const DUMP = 'backup: { dumps: { wiki: { engine: mariadb, replaces: files } } }';

test('a database whose files are copied from now on is a warning, and info once they are not', () => {
  expect(said(STATE, withDatabase())).toEqual(['STW850 warning wiki/files services/wiki.yml:8']);
  expect(said(withDatabase(), STATE)).toEqual(['STW851 info wiki/files services/wiki.yml:8']);
  expect(said(withDatabase(), withDatabase())).toEqual([]);
});

test('a reason that comes, or becomes another one, is a warning at its key', () => {
  const accepted = withDatabase(REASON);
  expect(said(withDatabase(), accepted)).toEqual(['STW850 warning wiki/files services/wiki.yml:10']);
  expect(said(accepted, withDatabase(REASON.replace('read-only', 'small')))).toHaveLength(1);
  expect(said(accepted, withDatabase())).toEqual([]);
  const [finding] = reviewStates(withDatabase(), accepted).filter(({ code }) => code === 'STW850');
  expect(finding).toMatchObject({ before: 'live copy', after: 'live copy: tables are read-only' });
});

test('a dump that comes ends it, and of one that goes that is said', () => {
  expect(said(withDatabase(), withDatabase(DUMP))).toEqual(['STW851 info wiki/files services/wiki.yml:8']);
  expect(said(withDatabase(DUMP), withDatabase())).toEqual([]);
});
