import { existsSync, lstatSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CHOICE,
  ID,
  nodeJson,
  RestoreScript,
  snapshotJson,
  VOLUME,
  WAYS,
} from '../../support/restore-script.js';

describe.each(WAYS)('a restore by %s', (_who, way) => {
  let script: RestoreScript;
  beforeEach(() => {
    script = new RestoreScript(way);
    script.nodes(nodeJson('dir'), nodeJson('file', Buffer.from('x')));
  });
  afterEach(() => {
    script.remove();
  });

  const isFile = () => lstatSync(script.target).isFile();

  describe('the target', () => {
    const restored = (type: 'file' | 'dir', ...options: readonly string[]) => {
      script.nodes(nodeJson(type), ...(type === 'dir' ? [nodeJson('file', Buffer.from('x'))] : []));
      return script.restore(...options).status;
    };

    test('becomes a file when the snapshot has a single one there, a folder otherwise', () => {
      expect(restored('dir', ...CHOICE, '--verify')).toBe(0);
      expect(isFile()).toBe(false);
    });

    test('becomes a file again', () => {
      expect(restored('file', ...CHOICE)).toBe(0);
      expect(isFile()).toBe(true);
    });

    test('replaces the empty folder that an engine leaves where the file was', () => {
      mkdirSync(script.target, { recursive: true });
      expect(restored('file', ...CHOICE)).toBe(0);
      expect(isFile()).toBe(true);
    });

    test.each(['file', 'dir'] as const)(
      'as a %s leaves the time of the folder that it is made in',
      (kind) => {
        // Such as that of an outer volume, which has just been restored.
        const outer = path.join(script.folder, 'outer');
        script.target = path.join(outer, 'new', 'inner');
        mkdirSync(outer);
        utimesSync(outer, 1286705410.5, 1286705410.5);
        expect(restored(kind, ...CHOICE)).toBe(0);
        expect(lstatSync(outer).mtimeMs).toBe(1286705410500);
        expect(existsSync(script.target)).toBe(true);
      },
    );

    test('is left as it is when there is something', () => {
      mkdirSync(script.target, { recursive: true });
      writeFileSync(path.join(script.target, 'data'), '');
      expect(restored('file', ...CHOICE)).toBe(0);
      expect(isFile()).toBe(false);
      expect(script.asked().filter((command) => command.startsWith('ls'))).toEqual([]);
    });

    test('is what a symlink names, also when that is gone', () => {
      const real = path.join(script.folder, 'disk', 'real');
      mkdirSync(path.dirname(script.target), { recursive: true });
      symlinkSync(real, script.target);
      expect(restored('dir', ...CHOICE)).toBe(0);
      expect(lstatSync(real).isDirectory()).toBe(true);
    });

    test('is not made when the repository does not answer', () => {
      script.standIn('.local/lib/stowage/lab/restic-main.sh', 'exit 12');
      expect(script.restore(...CHOICE).status).not.toBe(0);
      expect(existsSync(script.target)).toBe(false);
    });
  });

  test.each(['data', '/data', 'backup/proxy/acme'])('refuses %s, which is no path of a volume', (volume) => {
    const { status, stderr } = script.run('latest', volume, script.target, ...CHOICE);
    expect([status, stderr]).toEqual([1, expect.stringContaining('is no path of a volume in a snapshot')]);
    expect([script.asked(), script.ran()]).toEqual([[], []]);
  });

  test('sees and writes nothing but the target, and lets restic remove its lock when it is stopped', () => {
    expect(script.restore(...CHOICE).status).toBe(0);
    const words = script.ran();
    const promised =
      script.runner === 'podman'
        ? [
            ...['--read-only', '--cap-drop=all', '--security-opt=no-new-privileges', '--stop-signal=SIGINT'],
            ...['--tmpfs=/backup:rw,mode=0755', `--volume=${script.target}:${VOLUME}`],
          ]
        : [
            ...[
              'ProtectSystem=strict',
              'PrivateTmp=yes',
              'KillMode=mixed',
              'KillSignal=SIGINT',
              'TimeoutStopSec=1min',
            ],
            ...['TemporaryFileSystem=/backup', `BindPaths="${script.target}":"${VOLUME}"`],
          ].map((property) => `--property=${property}`);
    expect(promised.filter((word) => !words.includes(word))).toEqual([]);
    const mounted = words.filter((word) => word.includes(':/backup/') || word.includes('":"'));
    expect(mounted).toHaveLength(1);
  });

  describe('the snapshot', () => {
    const restoredId = () => script.ran()[script.ran().lastIndexOf('restore') + 1];
    const other = (digit: string) => digit.repeat(64);
    const marker = (of: string) =>
      snapshotJson({ id: other('9'), hostname: 'proxy.incomplete', tags: [`incomplete:${of}`] });

    test('latest is the newest complete one, and what was passed over is said', () => {
      const time = '2001-02-04T04:05:06Z';
      script.snapshots(snapshotJson(), snapshotJson({ id: other('6'), time }), marker(other('6')));
      const { status, stderr } = script.restore(...CHOICE);
      expect(status).toBe(0);
      expect(restoredId()).toBe(ID);
      expect(stderr).toContain(`passed over, because they are incomplete: 66666666 (${time})`);
      expect(stderr).toContain('snapshot 55555555 of 2001-02-03T04:05:06Z, host proxy');
    });

    test('latest is none of another volume', () => {
      script.snapshots(snapshotJson(), snapshotJson({ id: other('6'), paths: ['/backup/proxy/acme2'] }));
      script.restore(...CHOICE);
      expect(restoredId()).toBe(ID);
    });

    test('nothing is restored when only incomplete ones are left', () => {
      script.snapshots(snapshotJson(), marker(ID));
      const { status, stderr } = script.restore(...CHOICE);
      expect([status, script.ran()]).toEqual([1, []]);
      expect(stderr).toContain(`there is no complete snapshot of '${VOLUME}'`);
    });

    test('an incomplete one is restored when it is asked for by its id, and says what it is', () => {
      script.snapshots(snapshotJson(), marker(ID));
      // Both lists come out of one file here: of one snapshot restic prints that one.
      script.standIn(
        '.local/lib/stowage/lab/restic-main.sh',
        `case "$*" in ls*) cat "$HOME/nodes" ;; *" ${ID}") printf '[%s]' '${snapshotJson()}' ;; *) cat "$HOME/snapshots" ;; esac`,
      );
      const { status, stderr } = script.run(ID, VOLUME, script.target);
      expect([status, restoredId()]).toEqual([0, ID]);
      expect(stderr).toContain('It is incomplete');
    });

    test('one that a person has accepted is not called incomplete', () => {
      const accepted = snapshotJson({
        id: other('8'),
        hostname: 'proxy.incomplete',
        tags: [`accepted:${ID}`],
      });
      script.snapshots(snapshotJson(), marker(ID), accepted);
      const { status, stderr } = script.restore(...CHOICE);
      expect([status, restoredId()]).toEqual([0, ID]);
      expect(stderr).not.toContain('incomplete');
    });

    test('latest without a host is taken of the only one, and of none when there are several', () => {
      expect(script.restore().status).toBe(0);
      expect(restoredId()).toBe(ID);
      script.snapshots(snapshotJson(), snapshotJson({ hostname: 'other' }));
      const { status, stderr } = script.restore();
      expect(status).toBe(1);
      expect(stderr).toContain('name one with --host: other proxy');
    });
  });

  test('changes nothing while somebody uses the target, unless told to', () => {
    script.standIn(
      '.local/lib/stowage/lab/check-unused.sh',
      'echo "$1 is in use: container wiki" >&2; exit 1',
    );
    const refused = script.restore(...CHOICE);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`${script.target} is in use: container wiki`);
    expect(refused.stderr).toContain('nothing is changed; --force leaves this check out');
    expect(script.ran()).toEqual([]);
    expect(existsSync(script.target)).toBe(false);
    // What only says what it would do harms nobody.
    expect(script.restore(...CHOICE, '--dry-run').status).toBe(0);
    expect(script.restore(...CHOICE, '--force').status).toBe(0);
    expect(script.ran()).not.toContain('--force');
  });

  test.each([['--delete'], ['--delete=true']])('%s is refused, with the way out', (option) => {
    const { status, stderr } = script.restore(...CHOICE, option);
    expect([status, script.ran(), script.asked()]).toEqual([2, [], []]);
    expect(stderr).toContain('delete-extra --preview SNAPSHOT SNAPSHOT_PATH TARGET');
  });

  test('hands on what is not about the choice of a snapshot, and never --delete', () => {
    expect(
      script.restore('--dry-run', '--tag=service:proxy', '--exclude', 'a $b', '-H', 'proxy').status,
    ).toBe(0);
    const ran = script.ran();
    expect(ran.slice(ran.lastIndexOf('restore'))).toEqual([
      ...['restore', ID, '--include', VOLUME, '--target', '/', '--sparse', '--dry-run', '--exclude'],
      script.runner === 'podman' ? 'a $b' : 'a $$b',
    ]);
  });

  test('does not write into what is mounted below and was no part of the volume', () => {
    script.nodes(nodeJson('dir', Buffer.from('disk [1]')));
    script.mounts([[path.join(script.target, 'disk [1]'), 'ext4']]);
    expect(script.restore(...CHOICE).status).toBe(0);
    expect(script.ran().at(-1)).toBe(String.raw`--include=!${VOLUME}/disk \[1\]`);
  });

  test('restores into what is mounted below and was part of the volume', () => {
    script.nodes(nodeJson('dir', Buffer.from('disk')), nodeJson('file', Buffer.from('disk/x')));
    script.mounts([[path.join(script.target, 'disk'), 'ext4']]);
    expect(script.restore(...CHOICE).status).toBe(0);
    expect(script.ran().at(-1)).toBe('--sparse');
  });
});

describe('who restores on a host', () => {
  const users = (below: readonly (readonly [string, string])[], own: string) => {
    const script = new RestoreScript(WAYS[0][1]);
    try {
      script.nodes(nodeJson('dir'), nodeJson('file', Buffer.from('x')));
      script.mounts(
        below.map(([place, type]) => [path.join(script.target, place), type]),
        own,
      );
      expect(script.restore(...CHOICE).status).toBe(0);
      return script.ran().filter((word) => word.startsWith('--property=User='));
    } finally {
      script.remove();
    }
  };

  test('is restic, with what it takes to give files away', () => {
    expect(users([], 'ext4')).toEqual(['--property=User=restic']);
  });

  test.each([
    ['the target', [], 'nfs4'],
    ['what is mounted in it', [['disk', 'fuse.mergerfs']], 'xfs'],
  ] as const)('is root when the file system of %s decides by the user', (_what, below, own) => {
    expect(users(below, own)).toEqual([]);
  });
});

test('the stand-in for what restic prints escapes as Go does', () => {
  expect(nodeJson('file', Buffer.from('<\n"\\'))).toContain(String.raw`"path":"${VOLUME}/\u003c\n\"\\"`);
  expect(nodeJson('file', Buffer.from([0xff]))).toContain(String.raw`/\ufffd"`);
});
