import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rootlessFiles } from '../../src/runtimes/podman/render/files.js';
import { systemd } from '../../src/targets/systemd/target.js';
import { projectTemplates } from '../../src/targets/project-templates.js';
import { builtinTemplates } from '../../src/template/engine.js';
import { planOf, policyOf } from './project.js';
import { remember } from './remember.js';

const PROXY = `service_id: proxy
runtime_templates: { baremetal: a, podman: b }
quadlet_scope: user
service_volumes: [{ name: acme, host_path: /srv/acme.json, target: /acme.json }]
mounts: { persistent_volumes: [{ name: acme, path: /acme.json }] }
`;
const LIBRARY = '/usr/local/lib/stowage';

export const VOLUME = '/backup/proxy/acme';
export const ID = '5'.repeat(64);
export const CHOICE = ['--host', 'proxy', '--tag', 'service:proxy', '--path', VOLUME];

/** Who restores: root through systemd-run, or a user through Podman. */
export const WAYS = [
  ['a host', { runtime: 'baremetal', file: 'bin/restore-main.sh', runner: 'systemd-run' }],
  ['a user', { runtime: 'podman', file: 'user/bin/restore-main.sh', runner: 'podman' }],
] as const;

export interface Way {
  readonly runtime: string;
  readonly file: string;
  readonly runner: string;
}

const rendered = remember(({ runtime, file }: Way): string => {
  const policy = policyOf(`deployments: [{ runtime: ${runtime}, host: web1, services: [proxy] }]\n`);
  const { plan } = planOf(policy, PROXY);
  const input = { plan, runtimes: policy.runtimes, templates: projectTemplates(builtinTemplates(), plan) };
  const files = [...systemd.render(input), ...rootlessFiles(input)];
  return files.find((candidate) => candidate.path === `hosts/web1/${file}`)?.content ?? '';
});

/** One snapshot in the list that restic prints. */
export function snapshotJson(more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    time: '2001-02-03T04:05:06.789Z',
    tree: '7'.repeat(64),
    paths: [VOLUME],
    hostname: 'proxy',
    tags: ['service:proxy'],
    id: ID,
    short_id: ID.slice(0, 8),
    ...more,
  });
}

/** One line of `restic ls --json`; `name` is what comes after the volume, as bytes. */
export function nodeJson(type: string, name = Buffer.alloc(0)): string {
  // As Go writes JSON (restic 0.17 to 0.19): a byte that is no UTF-8 is lost.
  const text = JSON.stringify(`${VOLUME}${name.length === 0 ? '' : '/'}${name.toString('utf8')}`)
    .replaceAll(
      /[<>&\u2028\u2029]/g,
      (found) => `\\u${(found.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    )
    .replaceAll('\ufffd', String.raw`\ufffd`);
  return `{"name":"acme","type":"${type}","path":${text},"uid":0,"message_type":"node","struct_type":"node"}`;
}

/**
 * The script in a folder of its own. restic itself, what mounts the target and what runs it are stand-ins; restic's answers
 * are measured ones (0.18).
 */
export class RestoreScript {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'stowage-restore-'));
  target = path.join(this.folder, 'deep', 'acme.json');
  readonly #script: string;
  readonly #way: Way;

  constructor(way: Way) {
    this.#way = way;
    this.#script = rendered(way)
      .replaceAll(`${LIBRARY}/`, `${this.folder}/.local/lib/stowage/`)
      .replace('seen=/run/stowage/', `seen=${this.folder}/run/stowage/`)
      .replaceAll('/proc/self/mountinfo', `${this.folder}/mountinfo`);
    this.standIn(
      '.local/lib/stowage/lab/restic-main.sh',
      `echo "$*" >>"$HOME/asked"
case $1 in ls) file=nodes ;; *) file=snapshots ;; esac
while IFS= read -r line; do printf '%s\\n' "$line"; done <"$HOME/$file"`,
    );
    // `podman unshare` runs what follows, as the user that it is in the namespace. What removes is run, on the target.
    this.standIn(
      `bin/${way.runner}`,
      `if [ "$1" = unshare ]; then shift; exec "$@"; fi
printf '%s\\n' "$@" >"$HOME/ran"
removes=no program='' last=''
for word do
  case $word in xargs) removes=yes ;; esac
  [ "$last" != -c ] || program=$word
  last=$word
done
[ "$removes" = yes ] || exit 0
program=$(printf '%s\\n' "$program" | sed 's/\\$\\$/$/g')
LC_ALL=C sed -z "s|^${VOLUME}/|$TARGET/|" | xargs -0 /bin/sh -c "$program" remove`,
    );
    this.standIn('.local/lib/stowage/lab/check-unused.sh', 'echo "$1 is used by nobody"');
    this.standIn('bin/systemctl', 'exit 0');
    this.mounts([]);
    this.snapshots(snapshotJson());
  }

  standIn(name: string, script: string): void {
    mkdirSync(path.dirname(path.join(this.folder, name)), { recursive: true });
    writeFileSync(path.join(this.folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  snapshots(...list: readonly string[]): void {
    writeFileSync(path.join(this.folder, 'snapshots'), `[${list.join(',')}]\n`);
  }

  nodes(...list: readonly string[]): void {
    writeFileSync(
      path.join(this.folder, 'nodes'),
      `${[snapshotJson({ struct_type: 'snapshot' }), ...list].join('\n')}\n`,
    );
  }

  /** What is mounted below the target, as pairs of place and file system. */
  mounts(below: readonly (readonly [place: string, type: string])[], own = 'ext4'): void {
    const lines = [['/', own] as const, ...below].map(
      ([place, type], index) =>
        `${index + 20} 1 8:1 / ${place.replaceAll(/[ \t\n\\]/g, (found) => `\\${found.charCodeAt(0).toString(8).padStart(3, '0')}`)} rw shared:1 - ${type} /dev/x rw`,
    );
    writeFileSync(path.join(this.folder, 'mountinfo'), `${lines.join('\n')}\n`);
  }

  run(...words: readonly string[]): SpawnSyncReturns<string> {
    return spawnSync('sh', ['-c', this.#script, 'restore-main.sh', ...words], {
      env: {
        PATH: `${this.folder}/bin:${process.env.PATH ?? ''}`,
        HOME: this.folder,
        XDG_RUNTIME_DIR: path.join(this.folder, 'run'),
        TARGET: this.target,
        LC_ALL: 'C.UTF-8',
      },
      encoding: 'utf8',
    });
  }

  restore(...options: readonly string[]): SpawnSyncReturns<string> {
    return this.run('latest', VOLUME, this.target, ...options);
  }

  extra(step: 'preview' | 'apply', ...options: readonly string[]): SpawnSyncReturns<string> {
    return this.run('delete-extra', `--${step}`, 'latest', VOLUME, this.target, ...CHOICE, ...options);
  }

  /** What was asked of restic-main.sh, one command a line. */
  asked(): string[] {
    return this.#lines('asked');
  }

  /** The words of the last command that had the target; none when there was no such command. */
  ran(): string[] {
    return this.#lines('ran');
  }

  #lines(name: string): string[] {
    const file = path.join(this.folder, name);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  }

  get runner(): string {
    return this.#way.runner;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
