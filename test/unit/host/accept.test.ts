import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Sandbox } from '../../support/sandbox.js';
import { builtinTemplates } from '../../../src/template/engine.js';

const id = (digit: string) => `${digit.repeat(63)}f`;

const snapshot = (digit: string, more: Readonly<Record<string, unknown>> = {}) => ({
  time: `2026-03-0${digit}T02:30:00Z`,
  hostname: 'wiki',
  tags: ['service:wiki'],
  summary: { total_files_processed: 12, total_bytes_processed: 34 },
  id: id(digit),
  ...more,
});
const marker = (digit: string, tag: string) => snapshot(digit, { hostname: 'wiki.incomplete', tags: [tag] });

/** 2 and 4 are marked, the second of them as what another part of the service made; 5 is settled, and 3 was accepted. */
const SERIES = [
  ...['1', '2', '3'].map((digit) => snapshot(digit)),
  snapshot('4', { tags: ['service:wiki', 'part:guest'] }),
  snapshot('5', { tags: ['incomplete:wiki'], original: id('9') }),
  ...['2', '3', '4'].map((digit) => marker('6', `incomplete:${id(digit)}`)),
  marker('7', `accepted:${id('3')}`),
];

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.standIn(
    'restic-main.sh',
    'case $1 in snapshots) cat "$AT/snapshots"; exit "${READ:-0}" ;; esac\ncat >>"$AT/given"',
  );
});
afterEach(() => sandbox.remove());

describe.each([
  ['a host', false],
  ['a user', true],
])('accept.sh of %s', (_who, is_user) => {
  const accept = (
    list: readonly unknown[],
    args: readonly string[] = [],
    more: Readonly<Record<string, string>> = {},
  ) => {
    const text = builtinTemplates().render('host/accept.sh.hbs', {
      ...{ header: 'test', service_id: 'wiki', snapshot_host: 'wiki', tag: 'service:wiki', is_user },
      ...{
        command: 'accept',
        restic_command: is_user ? 'bin/restic-main.sh' : sandbox.at('bin/restic-main.sh'),
      },
    });
    sandbox.write('snapshots', JSON.stringify(list));
    const result = sandbox.run(sandbox.write('accept.sh', text), args, more);
    return { ...result, calls: sandbox.calls() };
  };

  test.each([
    ['the newest marked one', [], '5'],
    ['one that is named', [id('2')], '2'],
    ['one by the beginning of its id', ['22'], '2'],
    ['one of another part', ['4444'], '4'],
    ['one by the id that it had', ['99'], '5'],
  ])('%s', (_what, args, digit) => {
    const { code, out, calls } = accept(SERIES, args);
    expect({ code, out, calls }).toEqual({
      code: 0,
      out: `accepted: ${id(digit)} 2026-03-0${digit}T02:30:00Z, 12 files, 34 bytes\n`,
      calls: [
        'restic-main.sh snapshots --no-lock --json --host wiki --host wiki.incomplete',
        `restic-main.sh backup --quiet --stdin --stdin-filename accepted --host wiki.incomplete --tag accepted:${id(digit)}`,
      ],
    });
    expect(sandbox.text('given')).toBe(id(digit));
  });

  test.each([
    ['none is marked', [snapshot('1')], [], {}, 'no snapshot of host wiki is marked as incomplete\n'],
    ['another is named', SERIES, ['1'], {}, 'no snapshot 1 of host wiki is marked as incomplete\n'],
    [
      'only the end of one is named',
      SERIES,
      ['f'],
      {},
      'no snapshot f of host wiki is marked as incomplete\n',
    ],
    ['it was accepted before', SERIES, ['3'], {}, 'no snapshot 3 of host wiki is marked as incomplete\n'],
    ['the repository cannot be read', SERIES, [], { READ: '11' }, ''],
  ])('nothing where %s', (_why, list, args, more, err) => {
    expect(accept(list, args, more)).toMatchObject({ code: 1, out: '', err, calls: [expect.any(String)] });
  });
});
