import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';
import { Sandbox } from '../../support/sandbox.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  for (const name of ['apply-retention.sh', 'forget.sh', 'check-repository.sh'])
    sandbox.write(name, builtinTemplates().render(`host/${name}.hbs`, { header: 'test' }));
  // Each look at the snapshots finds the next list; the last one stays.
  sandbox.standIn(
    'restic',
    `if [ "$1" = snapshots ]; then
  [ ! -e "$AT/away" ] || exit 1
  look=$(($(cat "$AT/look" 2>/dev/null || echo 0) + 1))
  [ ! -e "$AT/list-$look" ] || echo "$look" >"$AT/look"
  exec cat "$AT/list-$(cat "$AT/look")"
fi
cat "$AT/$1.says" 2>/dev/null
exit "$(cat "$AT/$1.code" 2>/dev/null || echo 0)"`,
  );
});
afterEach(() => {
  sandbox.remove();
});

/** What restic was asked to do beside looking. */
const done = () => sandbox.calls().filter((call) => !/^restic (snapshots|check) /.test(call));

describe('the retention of one service', () => {
  const id = (digit: string) => digit.repeat(64);
  const snapshot = (digit: string, tags: readonly string[], more: object = {}) => ({
    ...{ time: `2026-03-0${digit}T02:30:00Z`, tree: id('f'), paths: ['/backup/wiki/data'], hostname: 'wiki' },
    ...{ tags, id: id(digit), ...more },
  });
  const complete = (digit: string) => snapshot(digit, ['service:wiki']);
  const settled = (digit: string, original: string) =>
    snapshot(digit, ['incomplete:wiki'], { original: id(original) });
  const says = (digit: string, tag: string) =>
    snapshot(digit, [tag], { hostname: 'wiki.incomplete', paths: ['/incomplete'] });
  const marker = (digit: string, of: string) => says(digit, `incomplete:${id(of)}`);
  const acceptance = (digit: string, of: string) => says(digit, `accepted:${id(of)}`);

  const lists = (...all: readonly (readonly object[])[]) => {
    for (const [index, list] of all.entries()) sandbox.write(`list-${index + 1}`, JSON.stringify(list));
  };
  const apply = (...hosts: readonly string[]) =>
    sandbox.run(sandbox.at('apply-retention.sh'), [
      ...['service:wiki', ...hosts, '--', '--keep-daily', '7', '--keep-within', '14d'],
    ]);

  /** The tag keeps it to this service; grouped by paths too, a volume more would begin a history of its own. */
  const FORGET =
    'restic forget --retry-lock 2h --tag service:wiki --group-by host,tags --keep-daily 7 --keep-within 14d';
  const FORGET_INCOMPLETE =
    'restic forget --retry-lock 2h --host wiki --tag incomplete:wiki --group-by host,tags --keep-last 3 --keep-within 14d';
  const SETTLE = `restic tag --retry-lock 2h --remove service:wiki --add incomplete:wiki`;
  const TAKE_BACK = `restic tag --retry-lock 2h --remove incomplete:wiki --add service:wiki`;
  const remove = (digit: string) => `restic forget --retry-lock 2h ${id(digit)}`;

  test('is applied to its tag alone, over all its hosts at once', () => {
    lists([complete('1')]);
    expect(apply('wiki', 'wiki2').code).toBe(0);
    expect(sandbox.calls()).toEqual([
      'restic snapshots --no-lock --json --host wiki --host wiki.incomplete',
      'restic snapshots --no-lock --json --host wiki2 --host wiki2.incomplete',
      FORGET,
    ]);
  });

  test('an incomplete snapshot loses the tag before its marker goes, and takes the place of no complete one', () => {
    lists(
      [complete('1'), complete('2'), marker('3', '2')],
      [complete('1'), settled('4', '2'), marker('3', '2')],
      [complete('1'), settled('4', '2')],
    );
    expect(apply('wiki').code).toBe(0);
    expect(done()).toEqual([`${SETTLE} ${id('2')}`, remove('3'), FORGET_INCOMPLETE, FORGET]);
  });

  test('one that was accepted gets the tag back; the acceptance goes last, or the marker would count again', () => {
    const words = [marker('3', '2'), acceptance('5', '2')];
    lists(
      [complete('1'), settled('4', '2'), ...words],
      [complete('1'), snapshot('6', ['service:wiki'], { original: id('2') }), ...words],
      [...[complete('1'), snapshot('6', ['service:wiki'], { original: id('2') }), acceptance('5', '2')]],
      [complete('1'), snapshot('6', ['service:wiki'], { original: id('2') })],
    );
    expect(apply('wiki').code).toBe(0);
    expect(done()).toEqual([`${TAKE_BACK} ${id('4')}`, remove('3'), remove('5'), FORGET]);
  });

  test('what another service’s markers say is left to that one', () => {
    const others = ['2', '6', '7'].map((digit) => snapshot(digit, ['service:blog']));
    const words = [marker('3', '2'), acceptance('5', '6'), marker('8', '7'), acceptance('9', '7')];
    lists([complete('1'), ...others, ...words]);
    expect(apply('wiki').code).toBe(0);
    expect(done()).toEqual([FORGET]);
  });

  test('nothing is forgotten while markers cannot be settled, because a server only appends', () => {
    lists([complete('1'), marker('3', '1')]);
    const result = apply('wiki');
    expect([result.code, result.err]).toEqual([
      1,
      expect.stringContaining('nothing of service:wiki is forgotten'),
    ]);
    expect(done()).toEqual([`${SETTLE} ${id('1')}`]);
  });

  test.each(['tag.code', 'away'])(
    'nor while the repository refuses to settle or to list them: %s',
    (file) => {
      lists([complete('1'), marker('3', '1')]);
      sandbox.write(file, '1\n');
      expect(apply('wiki').code).toBe(1);
      expect(done().filter((call) => call.startsWith('restic forget'))).toEqual([]);
    },
  );

  test('fails when restic removed nothing and ended well: 0.18 does, where a server only appends', () => {
    lists([complete('1')]);
    sandbox.write('forget.says', 'unable to remove <snapshot/1234> from the repository\n');
    expect(apply('wiki')).toMatchObject({ code: 1, out: expect.stringContaining('unable to remove') });
  });

  test('fails as restic does', () => {
    lists([complete('1')]);
    sandbox.write('forget.code', '11\n');
    expect(apply('wiki').code).toBe(11);
  });
});

describe('the retention of a repository', () => {
  const script = (name: string, text: string) => sandbox.write(`services/${name}.sh`, text);
  const forget = () => sandbox.run(sandbox.at('forget.sh'), [sandbox.at('services')]);

  test('fails when one service said that a snapshot could not be removed, and does the others', () => {
    script('a', 'echo "unable to remove <snapshot/1> from the repository"\n');
    script('b', 'exec restic forget b\n');
    expect(forget()).toMatchObject({ code: 1, err: expect.stringContaining('services/a.sh') });
    expect(done()).toEqual(['restic forget b']);
  });

  test('succeeds when all did, and shows what they said', () => {
    script('a', 'echo removed 3 snapshots\n');
    expect(forget()).toEqual({ code: 0, out: 'removed 3 snapshots\n', err: '' });
  });

  test('fails where there is no script: then nothing is ever forgotten', () => {
    expect(forget()).toMatchObject({ code: 1, err: expect.stringContaining('holds no script') });
  });
});

describe('the check of a repository', () => {
  const counted = (...counts: readonly number[]) =>
    sandbox.write('list-1', JSON.stringify(counts.map((count) => ({ tags: [`checks:${count}`] }))));
  const check = (parts: number) => sandbox.run(sandbox.at('check-repository.sh'), [String(parts)]);
  const read = () => sandbox.calls().flatMap((call) => /--read-data-subset=(\S+)/.exec(call)?.[1] ?? []);

  test.each([
    [[], '1/4'],
    [[1], '2/4'],
    [[3], '4/4'],
    [[4], '1/4'],
    [[9, 10, 2], '3/4'],
  ])('after %j good ones reads part %s', (counts, part) => {
    counted(...counts);
    expect(check(4).code).toBe(0);
    expect(read()).toEqual([part]);
  });

  test('counts a good one in the repository, and removes older counts', () => {
    counted(6);
    check(4);
    expect(done()).toEqual([
      'restic backup --quiet --retry-lock 2h --host stowage-check --tag checks:7 --stdin --stdin-filename checks',
      'restic forget --quiet --retry-lock 2h --host stowage-check --group-by host --keep-last 1',
    ]);
  });

  test('counts none that found an error: the same part is read again', () => {
    counted(6);
    sandbox.write('check.code', '1\n');
    expect(check(4).code).toBe(1);
    expect(done()).toEqual([]);
  });

  test('is good where older counts cannot be removed, and bad where it cannot be counted', () => {
    counted(6);
    sandbox.write('forget.code', '1\n');
    expect(check(4).code).toBe(0);
    sandbox.write('backup.code', '3\n');
    expect(check(4).code).toBe(3);
  });

  test('reads no data where nobody asks for it', () => {
    expect(check(0).code).toBe(0);
    expect(sandbox.calls()).toEqual(['restic check --retry-lock 2h']);
  });
});
