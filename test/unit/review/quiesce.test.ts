import { expect, test } from '@jest/globals';
import { reviewStates, STATE, type State } from '../../support/review.js';

const wiki = 'services/wiki.yml';

/** The wiki with what stands in its `backup`. */
const wikiWith = (backup: string): State => ({
  ...STATE,
  [wiki]: `${STATE[wiki] ?? ''}backup: { ${backup} }\n`,
});
const found = (before: State, after: State) =>
  reviewStates(before, after)
    .filter(({ code }) => ['STW840', 'STW863', 'STW864'].includes(code))
    .map(({ code, severity, message, before: old, after: now }) => [code, severity, message, old, now]);

const STOP = wikiWith('quiesce: { mode: stop, services: [app, worker] }');
const NAME = '`wiki` on docker on web1';
const WORDS = 'container=app container=worker';

test('a service that no longer stands still is critical, and one that does now is good to know', () => {
  expect(found(STOP, STATE)).toEqual([
    ['STW863', 'critical', `${NAME} no longer stands still while its files are read`, `stop ${WORDS}`, null],
  ]);
  expect(found(STATE, STOP)).toEqual([
    ['STW840', 'info', `${NAME} stands still while its files are read`, null, `stop ${WORDS}`],
  ]);
  expect(found(STOP, STOP)).toEqual([]);
});

test.each([
  ['a name fewer', STOP, wikiWith('quiesce: { mode: stop, services: [app] }'), 'STW863'],
  ['names where it was all', wikiWith('quiesce: stop'), STOP, 'STW863'],
  ['a name more', wikiWith('quiesce: { mode: stop, services: [app] }'), STOP, 'STW864'],
  ['another mode', wikiWith('quiesce: stop'), wikiWith('quiesce: pause'), 'STW864'],
])('%s is found', (_what, before, after, code) => {
  expect(found(before, after).map(([first]) => first)).toEqual([code]);
});

test('commands around backups are shown in full, whether they come, change or go', () => {
  const hooks = wikiWith(`hooks: { before: [[mount, "/mnt/a b"]], on_failure: ["logger 'it is' bad"] }`);
  const text = `before: mount '/mnt/a b'; on_failure: sh -c 'logger '\\''it is'\\'' bad'`;
  const name = 'commands around the backups of `wiki`';
  expect(found(STATE, hooks)).toEqual([['STW864', 'warning', `${name} run now`, null, text]]);
  expect(found(hooks, STATE)).toEqual([['STW864', 'warning', `${name} run no longer`, text, null]]);
  const other = wikiWith('hooks: { before: [[umount, /mnt/a]] }');
  expect(found(hooks, other)).toEqual([
    ['STW864', 'warning', `${name} change`, text, 'before: umount /mnt/a'],
  ]);
});
