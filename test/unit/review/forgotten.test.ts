import { expect, test } from '@jest/globals';
import { reviewStates, STATE, type State } from '../../support/review.js';

const wiki = 'services/wiki.yml';
const waived: State = {
  ...STATE,
  [wiki]: `${STATE[wiki] ?? ''}backup: { volumes: { files: { enabled: false, reason: x }, config: { enabled: false, reason: x } } }
`,
};

const found = (before: State, after: State) =>
  reviewStates(before, after).filter(({ code }) => code === 'STW833');

test('a service whose snapshots no job forgets any more', () => {
  expect(found(STATE, waived)).toMatchObject([
    {
      service: 'wiki',
      severity: 'warning',
      message: 'no job forgets the snapshots of `wiki` in repository `main` any more',
      hint: expect.stringContaining('forget --tag service:wiki'),
      span: { file: wiki },
    },
  ]);
});

test('one that comes back, and one that had nothing before, is no matter', () => {
  expect(found(waived, STATE)).toEqual([]);
  expect(found(waived, waived)).toEqual([]);
});
