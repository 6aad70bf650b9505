import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { shellPartial } from '../../support/partial.js';

const SERIES = shellPartial('_series');

const id = (digit: string) => digit.repeat(64);

type Snapshot = Readonly<Record<string, unknown>>;

/** A snapshot as restic 0.17, 0.18 and 0.19 print it, with the keys in restic's order. */
function snapshot(digit: string, more: Snapshot = {}): Snapshot {
  return {
    time: `2026-03-0${digit}T02:30:00.917863199+01:00`,
    parent: id('e'),
    tree: id('f'),
    paths: ['/backup/wiki/data'],
    hostname: 'wiki',
    username: 'root',
    excludes: ['a"b', 'new\nline{', '"},{"id":"'],
    tags: ['service:wiki'],
    program_version: 'restic 0.18.0',
    summary: {
      backup_start: '2026-03-01T02:30:00.917863199+01:00',
      files_new: 1,
      total_files_processed: 120,
      total_bytes_processed: 3456,
    },
    id: id(digit),
    short_id: id(digit).slice(0, 8),
    ...more,
  };
}

const marker = (digit: string, tag: string) =>
  snapshot(digit, { hostname: 'wiki.incomplete', tags: [tag], paths: ['/incomplete'] });

function read(snapshots: readonly Snapshot[] | string, tags = ['service:wiki']): string[] {
  const { stdout, status } = spawnSync(
    'sh',
    ['-c', `${SERIES}\nseries_host=wiki\nseries_tags=$1\nread_series`, 'sh', tags.join('\n')],
    { input: typeof snapshots === 'string' ? snapshots : `${JSON.stringify(snapshots)}\n`, encoding: 'utf8' },
  );
  expect(status).toBe(0);
  return stdout.split('\n').slice(0, -1);
}

/** State and first digit of the id of each line. */
const states = (lines: readonly string[]) => lines.map((line) => line.replace(/ (.).*/, ' $1'));

describe('the series of a service', () => {
  test('is what restic says of each snapshot, oldest first', () => {
    expect(read([snapshot('1'), snapshot('2', { original: id('9') })])).toEqual([
      `complete ${id('1')} 2026-03-01T02:30:00.917863199+01:00 120 3456 ${id('f')} - "/backup/wiki/data"`,
      `complete ${id('2')} 2026-03-02T02:30:00.917863199+01:00 120 3456 ${id('f')} ${id('9')} "/backup/wiki/data"`,
    ]);
  });

  test('is the same from JSON that is laid out in lines', () => {
    const snapshots = [snapshot('1'), marker('2', `incomplete:${id('1')}`), snapshot('3', { tags: [] })];
    expect(read(JSON.stringify(snapshots, null, 2))).toEqual(read(snapshots));
  });

  test('is empty where there is none', () => {
    expect(read([])).toEqual([]);
    expect(read('null\n')).toEqual([]);
  });

  test('says what an old restic, which counts nothing, does not know', () => {
    expect(read([snapshot('1', { summary: undefined })])[0]).toContain('+01:00 - - ');
  });

  test.each([
    'a"},{"id":"0123","hostname":"wiki","tags":["service:wiki"]}],[',
    'ends with a backslash\\',
    'two of them\\\\',
    'quote after one \\" and two \\\\"',
    'line\nbreak\ttab <&> é',
    '',
  ])('reads past %j wherever it stands', (text) => {
    const nasty = snapshot('1', {
      paths: [text, '/b'],
      username: text,
      excludes: [text],
      tags: [text, 'service:wiki'],
    });
    const lines = read([
      nasty,
      snapshot('2', { hostname: text }),
      snapshot('3', { tags: [text] }),
      snapshot('4'),
    ]);
    expect(states(lines)).toEqual(['complete 1', 'other 3', 'complete 4']);
    expect(JSON.parse(`[${lines[0]?.split(' ')[7] ?? ''}]`)).toEqual([text, '/b']);
  });

  test('leaves out what is of another service, and what is a series of its own', () => {
    const snapshots = [
      snapshot('1', { tags: ['service:other'] }),
      snapshot('2', { tags: ['service:wiki', 'part:guest'] }),
      snapshot('3', { tags: null }),
      snapshot('4', { tags: ['by-hand', 'service:wiki'] }),
    ];
    expect(states(read(snapshots))).toEqual(['other 1', 'other 2', 'other 3', 'complete 4']);
    expect(states(read(snapshots, ['service:wiki', 'part:guest']))).toEqual([
      'other 1',
      'complete 2',
      'other 3',
      'other 4',
    ]);
  });

  test('flags what a marker names, wherever the marker stands in the list', () => {
    const lines = read([snapshot('1'), marker('2', `incomplete:${id('3')}`), snapshot('3'), snapshot('4')]);
    expect(lines[0]).toBe(`marker ${id('2')} ${id('3')}`);
    expect(states(lines.slice(1))).toEqual(['complete 1', 'incomplete 3', 'complete 4']);
  });

  test('flags it too when a person has given it a tag, and so another id', () => {
    const lines = read([snapshot('1', { original: id('7') }), marker('2', `incomplete:${id('7')}`)]);
    expect(states(lines)).toEqual(['marker 2', 'incomplete 1']);
  });

  test('takes what a person has accepted for complete, before and after maintenance settled it', () => {
    const marked = [snapshot('1'), marker('2', `incomplete:${id('1')}`)];
    expect(states(read([...marked, marker('3', `accepted:${id('1')}`)]))).toEqual([
      'marker 2',
      'acceptance 3',
      'complete 1',
    ]);
    const settled = snapshot('4', { original: id('1'), tags: ['incomplete:wiki'] });
    expect(states(read([settled]))).toEqual(['settled 4']);
    expect(states(read([settled, marker('3', `accepted:${id('1')}`)]))).toEqual([
      'acceptance 3',
      'complete 4',
    ]);
  });

  test('believes no marker that another host has made', () => {
    const foreign = snapshot('2', { hostname: 'other.incomplete', tags: [`incomplete:${id('1')}`] });
    expect(states(read([snapshot('1'), foreign]))).toEqual(['complete 1']);
  });
});

describe('the list of a service', () => {
  const list = (restic: string) =>
    spawnSync(
      'sh',
      ['-c', `${SERIES}\nrestic=fake_restic\nfake_restic() { ${restic}; }\nlist_series wiki service:wiki`],
      { encoding: 'utf8' },
    );

  test('has what the repository has', () => {
    const json = JSON.stringify([snapshot('1'), snapshot('2'), marker('3', `incomplete:${id('2')}`)]);
    const { stdout, status } = list(`printf '%s' '${json}'`);
    expect({ states: states(stdout.trimEnd().split('\n')), status }).toEqual({
      states: ['marker 3', 'complete 1', 'incomplete 2'],
      status: 0,
    });
  });

  test('asks for this host and its markers, and takes no lock', () => {
    const asked = list('echo "$*" >&2; echo "[]"');
    expect(asked).toMatchObject({
      stdout: '',
      stderr: 'snapshots --no-lock --json --host wiki --host wiki.incomplete\n',
      status: 0,
    });
  });

  test('is unknown when the repository cannot be read', () => {
    expect(list('echo "[]"; return 11')).toMatchObject({ stdout: '', status: 1 });
  });
});
