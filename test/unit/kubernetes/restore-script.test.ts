import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { contract, renderProject } from './project.js';

const ID = { complete: 'a'.repeat(64), incomplete: 'b'.repeat(64), marker: 'c'.repeat(64) };
const VOLUME = '/backup/wiki/data';

function snapshot(id: string, hostname: string, tags: readonly string[], time: string): object {
  return { time, hostname, tags, paths: [VOLUME], tree: id, id, short_id: id.slice(0, 8) };
}

/** Two snapshots, of which the client has marked the newer one as incomplete. */
const SNAPSHOTS = JSON.stringify([
  snapshot(ID.complete, 'wiki', ['service:wiki'], '2026-01-01T01:00:00.1Z'),
  snapshot(ID.incomplete, 'wiki', ['service:wiki'], '2026-01-02T01:00:00.1Z'),
  snapshot(ID.marker, 'wiki.incomplete', [`incomplete:${ID.incomplete}`], '2026-01-02T01:00:01.1Z'),
]);

/** A restic that notes what it is asked, and hangs where it restores until it is told to end. */
const RESTIC = `#!/bin/sh
printf '%s\\n' "$*" >>"$NOTES"
case $1 in
  snapshots) cat "$SNAPSHOTS" ;;
  restore)
    [ -n "\${HANG-}" ] || exit 0
    trap 'kill -KILL "$!"; echo ended >>"$NOTES"; exit 130' TERM
    sleep 20 >/dev/null 2>&1 &
    touch "$HANG"
    wait
    ;;
esac
`;

let root = '';
const at = (name: string) => path.join(root, name);
const notes = () => (existsSync(at('notes')) ? readFileSync(at('notes'), 'utf8').trimEnd().split('\n') : []);

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'stowage-restore-'));
  mkdirSync(at('bin'));
  mkdirSync(at('aside'));
  writeFileSync(at('bin/restic'), RESTIC, { mode: 0o755 });
  writeFileSync(at('snapshots'), SNAPSHOTS);
  writeFileSync(
    at('restore.sh'),
    renderProject([contract('wiki')]).text('kubernetes/apps/scripts/restore.sh'),
  );
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function start(args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const env = {
    ...{ PATH: `${at('bin')}:${process.env.PATH ?? ''}`, NOTES: at('notes') },
    ...{ SNAPSHOTS: at('snapshots'), TMPDIR: root, NODE_NAME: 'n1', ...more },
  };
  const child = spawn('sh', [at('restore.sh'), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      said += data.toString();
    });
  }
  const ended = new Promise<{ code: number | null; said: string }>((resolve) =>
    child.on('close', (code) => {
      resolve({ code, said });
    }),
  );
  return { child, ended };
}

const WIKI = ['--host=wiki', '--tag=service:wiki', `--path=${VOLUME}`];

test('latest is the newest complete snapshot, said before anything is done, and nothing is deleted', async () => {
  const { code, said } = await start(['latest', VOLUME, at('aside'), ...WIKI, '--verify']).ended;
  expect({ code, said }).toEqual({
    code: 0,
    said: expect.stringMatching(
      /^passed over, [^]* bbbbbbbb [^]*\nsnapshot aaaaaaaa of 2026-01-01T01:00:00Z/,
    ),
  });
  const restored = notes().filter((line) => line.startsWith('restore '));
  expect(restored).toEqual([
    `restore ${ID.complete} --include ${VOLUME} --target / --sparse --verify --target ${at('aside')}`,
  ]);
});

test('a copy may go into any folder that is there, also at the root of the pod', async () => {
  const copy = async (target: string) => start(['latest', VOLUME, target, ...WIKI]).ended;
  expect((await copy('/stowage-aside')).code).toBe(0);
  expect(await copy('/nowhere/at/all')).toEqual({
    code: 1,
    said: expect.stringContaining("there is no '/nowhere/at' in this pod"),
  });
});

test('restic itself is told the same latest', async () => {
  const words = ['restic', 'ls', 'latest', VOLUME, '--host', 'wiki', '--tag', 'service:wiki'];
  expect((await start(words).ended).code).toBe(0);
  expect(notes().at(-1)).toBe(`ls ${ID.complete} ${VOLUME} --host wiki --tag service:wiki`);
});

test('with --this-node only snapshots of the pod’s own node are meant', async () => {
  const { code, said } = await start(['--this-node', 'latest', VOLUME, at('aside'), ...WIKI]).ended;
  expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining("tag 'service:wiki,node:n1'") });
});

test('--delete is refused, with the words for the step that deletes', async () => {
  const { code, said } = await start(['latest', VOLUME, at('aside'), ...WIKI, '--delete']).ended;
  expect({ code, said }).toEqual({ code: 2, said: expect.stringContaining('delete-extra --preview') });
  expect(notes()).toEqual([]);
});

test.each([
  ['Ctrl-C', 'SIGINT', 130],
  ['the end of the connection', 'SIGHUP', 129],
  ['the end of the pod', 'SIGTERM', 143],
] as const)('%s ends restic before the script ends', async (_what, signal, status) => {
  const { child, ended } = start(['latest', VOLUME, at('aside'), ...WIKI], { HANG: at('running') });
  const early = ended.then(({ code, said }) => `ended with ${String(code)}: ${said}`);
  const running = async () => {
    while (!existsSync(at('running'))) await sleep(10);
    return 'running';
  };
  expect(await Promise.race([running(), early])).toBe('running');
  child.kill(signal);
  expect((await ended).code).toBe(status);
  expect(notes()).toContain('ended');
});
