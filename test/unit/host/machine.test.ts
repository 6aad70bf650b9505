import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { shellPartial } from '../../support/partial.js';

const PARTIAL = shellPartial('_machine');

interface Snapshot {
  readonly time: string;
  readonly excludes?: readonly string[];
  readonly tags?: readonly string[];
}
const made = (time: string, machine?: string, ...excludes: readonly string[]): Snapshot => ({
  time,
  ...(machine === undefined ? {} : { excludes: [`/.stowage-machine/${machine}`, ...excludes] }),
  tags: ['service:wiki'],
});

describe('the machine of a service', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'stowage-machine-'));
    mkdirSync(path.join(folder, 'state'));
    writeFileSync(path.join(folder, 'machine-id'), '0123456789abcdef0123456789abcdef\n');
    writeFileSync(
      path.join(folder, 'restic'),
      `#!/bin/sh
printf '%s\\n' "$*" >>"$W/calls"
[ ! -e "$W/broken" ] || exit 1
cat "$W/all"\n`,
      { mode: 0o755 },
    );
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const note = () => path.join(folder, 'state/machine');

  function keep(
    snapshots: readonly Snapshot[],
    environment: Readonly<Record<string, string>> = {},
    shell = 'sh',
  ) {
    writeFileSync(path.join(folder, 'all'), JSON.stringify(snapshots));
    const script = `set -u
priority=''; state=$W/state; machine=\${MACHINE-}; machine_id_file=$W/machine-id; take_over='rm THAT'
complain() { printf '%sstowage: %s\\n' "$priority" "$*" >&2; }
${PARTIAL}
keep_to_one_machine wiki service:wiki && note_machine && echo "$this"`;
    const result = spawnSync(shell, ['-c', script], {
      encoding: 'utf8',
      env: {
        PATH: `${folder}:${process.env.PATH ?? ''}`,
        W: folder,
        STOWAGE_MACHINE_NAME: 'web1',
        ...environment,
      },
    });
    return { code: result.status, out: result.stdout, err: result.stderr };
  }
  /** Its name as the first run says it. */
  const name = () => keep([]).out.trim();

  test('is its name and a digest of its id, which is not the id', () => {
    expect(name()).toMatch(/^web1\/[0-9a-f]{12}$/);
    expect(name()).not.toContain('0123456789ab');
    expect(keep([], { STOWAGE_MACHINE_NAME: 'Büro $(x)"1' }).out).toMatch(/^[A-Za-z0-9._/-]+\n$/);
  });

  test.each(['sh', 'bash'])('goes on with its own snapshots, in %s', (shell) => {
    const mine = name();
    const run = keep([made('1', 'web9/0'), made('2', mine)], {}, shell);
    expect(run).toMatchObject({ code: 0, out: `${mine}\n` });
  });

  test('that is new takes over, says so, and notes that it was here', () => {
    const run = keep([made('2026-01-01T01:00:00Z', 'web2/aaaaaaaaaaaa')]);
    expect(run).toMatchObject({
      code: 0,
      out: expect.stringContaining('web1 takes over from web2\n'),
    });
    expect(readFileSync(note(), 'utf8')).toMatch(/^web1\//);
  });

  test('from which the service moved away makes no snapshot, and says what to do', () => {
    const mine = name();
    const run = keep([made('2025-01-01T01:00:00Z', mine), made('2026-01-01T01:00:00Z', 'web2/aaaaaaaaaaaa')]);
    expect(run).toMatchObject({ code: 1, out: '' });
    for (const part of ['of 2026-01-01T01:00:00Z', 'web2/aaaaaaaaaaaa', mine, 'uninstall', 'rm THAT']) {
      expect(run.err).toContain(part);
    }
    expect(keep([made('2026-01-01T01:00:00Z', 'web2/aaaaaaaaaaaa')]).code).toBe(1);
  });

  test('that forgot it was here, as its command does, takes over once more', () => {
    name();
    rmSync(note());
    expect(keep([made('1', 'web2/aaaaaaaaaaaa')]).code).toBe(0);
  });

  test('that is asked to take over in so many words does', () => {
    name();
    expect(keep([made('1', 'web2/aaaaaaaaaaaa')], { STOWAGE_TAKE_OVER: 'yes' }).code).toBe(0);
  });

  test('that got another name is the same one; another machine of its name is not', () => {
    const mine = name();
    const renamed = { STOWAGE_MACHINE_NAME: 'web7' };
    expect(keep([made('1', mine)], renamed).code).toBe(0);
    // From now on a snapshot under the old name is one of a copy of this machine.
    expect(keep([made('2', mine)], renamed).code).toBe(1);
    expect(keep([made('2', `web7/${'0'.repeat(12)}`)], renamed).code).toBe(1);
  });

  test('snapshots that name no machine say nothing: those of people, and those from before', () => {
    const mine = name();
    expect(keep([made('1')]).code).toBe(0);
    expect(keep([made('1', mine), made('2')]).code).toBe(0);
    expect(keep([made('1', 'web2/aaaaaaaaaaaa'), made('2')]).code).toBe(1);
  });

  test('a clock that was ahead on the machine before does not matter once this one has taken over', () => {
    const ahead = made('2040', 'web2/aaaaaaaaaaaa');
    expect(keep([ahead]).code).toBe(0);
    expect(keep([made('2026'), ahead]).code).toBe(0);
    expect(keep([made('2026'), ahead]).code).toBe(0);
    expect(keep([ahead, made('2041', 'web2/aaaaaaaaaaaa')]).code).toBe(1);
    expect(keep([made('2040', 'web3/aaaaaaaaaaaa')]).code).toBe(1);
  });

  test('where nothing is kept from run to run the repository tells whether it was here', () => {
    const pod = { MACHINE: 'kubernetes/apps' };
    expect(keep([made('1', 'web2/aaaaaaaaaaaa')], pod)).toMatchObject({ code: 0 });
    expect(keep([made('1', 'kubernetes/apps'), made('2', 'web2/aaaaaaaaaaaa')], pod).code).toBe(1);
    expect(keep([made('1', 'kubernetes/apps-2'), made('2', 'web2/aaaaaaaaaaaa')], pod).code).toBe(0);
    expect(existsSync(note())).toBe(false);
  });

  test('what else stands in a snapshot is no machine', () => {
    const mine = name();
    expect(keep([made('1', mine, '*.{a,b}', 'say "x"', '/}')])).toMatchObject({ code: 0, err: '' });
  });

  test('a repository that does not answer is no first run', () => {
    writeFileSync(path.join(folder, 'broken'), '');
    expect(keep([])).toMatchObject({ code: 1, out: '' });
    expect(existsSync(note())).toBe(false);
  });
});
