import { expect, test } from '@jest/globals';
import { change, reviewStates, STATE, type State } from '../../support/review.js';

const wiki = 'services/wiki.yml';
const policy = 'stowage.yml';

test('a backup that is stopped sooner', () => {
  const after: State = { ...STATE, [wiki]: `${STATE[wiki] ?? ''}backup: { timeout: 1m }\n` };
  expect(reviewStates(STATE, after)).toMatchObject([
    {
      code: 'STW830',
      severity: 'warning',
      service: 'wiki',
      before: '12h',
      after: '1m',
      span: { file: wiki, line: 14 },
    },
  ]);
  expect(reviewStates(after, STATE)).toEqual([]);
});

test('checks that read the data in more parts', () => {
  const parts = (count: number) =>
    change(
      policy,
      'maintenance: { host: backup1 }',
      `maintenance: { host: backup1 }\n    check: { schedule: "0 5 * * 0", read_data_subsets: ${count} }`,
    );
  const found = (to: number) => reviewStates(parts(12), parts(to));
  expect(found(13)).toMatchObject([{ code: 'STW830', severity: 'info', span: { file: policy, line: 7 } }]);
  expect(found(300)).toMatchObject([
    { code: 'STW830', severity: 'warning', message: expect.stringContaining('damage may stay unnoticed') },
  ]);
  expect(found(6)).toEqual([]);
  expect(found(12)).toEqual([]);
});

test('checks that read as many parts in a longer time', () => {
  const checked = (schedule: string, parts: number) =>
    change(
      policy,
      'maintenance: { host: backup1 }',
      `maintenance: { host: backup1 }\n    check: { schedule: "${schedule}", read_data_subsets: ${parts} }`,
    );
  const weekly = checked('0 5 * * 0', 26);
  const found = reviewStates(weekly, checked('0 5 1 * *', 26)).filter(({ code }) => code === 'STW830');
  expect(found).toMatchObject([{ severity: 'warning', before: '26 parts, all read once in 182d' }]);
  // The same time: more parts, each read sooner.
  expect(
    reviewStates(checked('0 5 * * *', 52), checked('0 5,17 * * *', 104)).filter(
      ({ code }) => code === 'STW830',
    ),
  ).toEqual([]);
});
