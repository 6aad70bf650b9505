import { describe, expect, test } from '@jest/globals';
import { change, lines, reviewStates, STATE, type State } from '../../support/review.js';

/** What `after` means, compared with the plain state. */
function meaning(after: State, before: State = STATE): string[] {
  return lines(reviewStates(before, after));
}

const policy = 'stowage.yml';

describe('maintenance', () => {
  test('a repository leaves the policy', () => {
    const after = change(
      policy,
      '  other:\n    url: rest:https://backup2.example:8000/home\n    maintenance: { host: backup2 }\n',
      '',
    );
    expect(meaning(after)).toEqual(['STW813 critical stowage.yml:3']);
  });

  test('the check no longer reads data, or hardly ever runs', () => {
    const checked = (check: string) =>
      change(policy, 'maintenance: { host: backup1 }', `maintenance: { host: backup1 }\n    check: ${check}`);
    const before = checked('{ schedule: "0 9 * * 0", read_data_subsets: 12 }');
    expect(meaning(checked('{ schedule: "0 9 * * 0" }'), before)).toEqual([]);
    expect(meaning(checked('{ schedule: "0 9 * * 0", read_data_subsets: null }'), before)).toEqual([
      'STW813 critical stowage.yml:7',
    ]);
    expect(meaning(checked('{ schedule: "0 9 29 2 *", read_data_subsets: 12 }'), before)).toEqual([
      'STW813 critical stowage.yml:7',
    ]);
    expect(meaning(checked('{ schedule: "0 9 1 * *", read_data_subsets: 12 }'), before)).toEqual([
      'STW830 info stowage.yml:7',
      'STW841 info stowage.yml:7',
    ]);
  });

  test('another place', () => {
    expect(meaning(change(policy, 'host: backup1', 'host: backup9'))).toEqual(['STW844 info stowage.yml:6']);
  });

  test('into a collision, whichever job moves', () => {
    const at = (forget: string) =>
      change(
        policy,
        'maintenance: { host: backup1 }',
        `maintenance: { host: backup1 }\n    forget: "${forget}"`,
      );
    expect(meaning(at('10 1 * * *'))).toEqual(['STW826 warning stowage.yml:7', 'STW841 info stowage.yml:7']);
    // It collided before already.
    expect(meaning(at('11 1 * * *'), at('10 1 * * *'))).toEqual(['STW841 info stowage.yml:7']);
    // A written forget stays where it is; one that nobody wrote would make room.
    const late = at('15 4 * * *');
    const moved = change(policy, '"0 1 * * *"', '"10 4 * * *"', late);
    expect(reviewStates(late, moved)).toContainEqual(
      expect.objectContaining({
        code: 'STW826',
        // The backup moved, not the forget.
        before: '0 1 * * * UTC',
        after: '10 4 * * * UTC',
        span: expect.objectContaining({ file: policy, line: 13 }),
      }),
    );
  });
});
