import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dumpScript } from './rendered.js';
import { Node } from './stand-ins.js';

const DUMPDIR = 'runtimes: { proxmox: { transfer: dumpdir, dumpdir: /dump/dir } }\n';
/** Larger than a pipe holds, and begins with what a careless filter loses: a NUL, a backslash, a percent sign. */
const DUMP = Buffer.concat([Buffer.from('\0\\0%s\n'), randomBytes(300_000)]);

let node: Node;
beforeEach(() => {
  node = new Node(DUMP);
});
afterEach(() => {
  node.remove();
});

describe.each([
  ['streamed', ''],
  ['by dump directory', DUMPDIR],
])('a guest %s', (_how, settings) => {
  const script = dumpScript(settings);

  test('is saved byte by byte', () => {
    const { code, saved, stderr } = node.run(script);
    expect({ code, stderr: stderr.includes('<3>') }).toEqual({ code: 0, stderr: false });
    expect(saved?.equals(DUMP)).toBe(true);
    expect(node.leftOver()).toEqual([]);
  });

  test('is dumped uncompressed in the policy’s mode, with root’s environment', () => {
    const { calls } = node.run(
      dumpScript(settings.replace('}', ', mode: stop }') || 'runtimes: { proxmox: { mode: stop } }\n'),
    );
    expect(calls).toMatch(/^vzdump 120 --mode stop --compress 0 --(?:stdout|dumpdir .*) HOME=\/root$/m);
  });

  test('has a group of snapshots of its own, under the fixed path', () => {
    const { calls } = node.run(script);
    expect(calls).toContain(
      'backup.sh --host=app --tag=service:app --tag=part:guest --retry-lock=60m --volume=50:/backup/app/vzdump-lxc-120.tar ',
    );
    const path =
      settings === '' ? '--stdin-filename /backup/app/vzdump-lxc-120.tar' : '/view/vzdump-lxc-120.tar';
    expect(calls).toContain(path);
  });

  test.each(['elsewhere', 'empty', 'partial', 'refused', 'killed', 'unknown'])(
    'that is %s fails the job and leaves no snapshot',
    (standIn) => {
      const { code, saved } = node.run(script, { standIn });
      expect(code).not.toBe(0);
      expect(saved).toBeNull();
    },
  );

  test('is not dumped when its configuration is not on this node, and says where it is', () => {
    node.removeConfig();
    node.config('pve/nodes/pve2/lxc/120.conf', 'arch: amd64\n');
    const { code, stderr, calls } = node.run(script);
    expect(code).not.toBe(0);
    expect(stderr).toContain('guest 120 lives on node pve2');
    expect(calls).not.toContain('vzdump');
  });

  test('fails with restic', () => {
    expect(node.run(script, { standIn: 'broken-restic' }).code).not.toBe(0);
    expect(node.leftOver()).toEqual([]);
  });

  test.each([
    ['a volume that vzdump leaves out', 'mp0: local-lvm:vm-120-disk-1,mp=/var/lib,size=8G'],
    ['a bind mount', 'mp0: /srv/app,mp=/var/lib/app,backup=1'],
    ['a bind mount by its long name', 'mp0: volume=/srv/app,mp=/var/lib/app,backup=1'],
    ['a raw mount', 'lxc.mount.entry: /srv/app var/lib/app none bind 0 0'],
    ['a deeper one that is left out', 'mp0: a:b,mp=/var,backup=1\nmp1: a:c,backup=0,mp=/var/lib/app'],
    ['a part of it that is left out', 'mp0: local-lvm:vm-120-disk-1,mp=/var/lib/app/db'],
  ])('is refused when its volume lies on %s', (_what, mounts) => {
    node.config('pve/lxc/120.conf', `rootfs: local-lvm:vm-120-disk-0\n${mounts}\n`);
    const { code, stderr, calls } = node.run(script);
    expect(code).not.toBe(0);
    expect(stderr).toContain('/var/lib/app');
    expect(calls).not.toContain('vzdump');
  });

  test.each([
    ['included', 'mp0: local-lvm:vm-120-disk-1,backup=1,mp=/var/lib/app'],
    ['included, below one that is not', 'mp0: a:b,mp=/var\nmp1: a:c,mp=/var/lib/app,backup=1'],
    ['a bind mount that the host backs up', 'mp0: /srv/media,mp=/var/lib/app/media'],
    ['of another path', 'mp0: /srv/x,mp=/var/lib/application\nmp1: /srv/y,mp=/srv'],
    ['of an old snapshot only', '\n[before]\nmp0: /srv/app,mp=/var/lib/app'],
  ])('is dumped when a mount point is %s', (_what, mounts) => {
    node.config('pve/lxc/120.conf', `rootfs: local-lvm:vm-120-disk-0\n${mounts}`);
    expect(node.run(script)).toMatchObject({ code: 0 });
  });
});

// Debian 13, and so Proxmox VE 9, has it.
test('restic 0.18.0, which takes no folder in the name of a stream, saves the dump at the top of the snapshot', () => {
  const old = node.run(dumpScript(), { restic: '0.18.0' });
  expect(old.code).toBe(0);
  expect(old.saved?.equals(DUMP)).toBe(true);
  expect(old.calls).toContain(' --stdin-filename vzdump-lxc-120.tar ');
  for (const restic of ['0.17.3', '0.18.1', '0.19.1']) {
    const { calls } = node.run(dumpScript(), { restic });
    expect(calls).toContain(' --stdin-filename /backup/app/vzdump-lxc-120.tar ');
  }
  expect(node.run(dumpScript(DUMPDIR), { restic: '0.18.0' }).calls).toContain('/view/vzdump-lxc-120.tar');
});

describe('the dump directory', () => {
  test('is cleaned of what an interrupted run left, before and on demand', () => {
    node.config('dump/stowage-lab-app/old.tar', 'old');
    expect(node.run(dumpScript(DUMPDIR)).code).toBe(0);
    node.config('dump/stowage-lab-app/old.tar', 'old');
    node.config('dump/vzdump-lxc-120-2026_01_01-00_00_00.tar', 'somebody else’s');
    expect(node.run(dumpScript(DUMPDIR), { args: ['clean'] })).toMatchObject({ code: 0, calls: '' });
    expect(node.leftOver()).toEqual(['vzdump-lxc-120-2026_01_01-00_00_00.tar']);
  });

  test('with two dumps in it fails the job', () => {
    const { code, stderr, saved } = node.run(dumpScript(DUMPDIR), { standIn: 'twice' });
    expect({ code, saved }).toEqual({ code: 1, saved: null });
    expect(stderr).toContain('2 dumps');
    expect(node.leftOver()).toEqual([]);
  });

  test('that is missing is not made: its file system may not be mounted', () => {
    const { code, stderr } = node.run(dumpScript(DUMPDIR.replace('/dump/dir', '/dump/dir/missing')));
    expect(code).toBe(1);
    expect(stderr).toContain('does not exist');
  });
});
