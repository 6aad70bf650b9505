import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import { loadContracts } from '../../src/contract/load.js';
import { COMPOSE_SERVICE_NAME, CONTAINER_NAME, type NameRule } from '../../src/source/name-rules.js';
import { hasErrors } from '../../src/diagnostics/diagnostic.js';
import { NOTHING_UNREAD } from '../../src/model/unread.js';
import { drawPlan } from '../../src/plan/build.js';
import { runChecks } from '../../src/plan/checks/registry.js';
import { rememberTimes } from '../../src/plan/place-in-time.js';
import { SIMULATION, type Period } from '../../src/schedule/runs.js';
import { intlZones } from '../../src/time/intl-zone.js';
import { loadPolicy } from '../../src/policy/load.js';
import { renderPlan } from '../../src/targets/render.js';
import type { RenderedFile } from '../../src/rendering/file.js';
import { builtinTemplates } from '../../src/template/engine.js';
import { nastyText } from '../support/nasty-text.js';
import { skeleton } from '../support/skeleton.js';
import { NO_VALUES } from '../support/values.js';

/**
 * A string from a contract or policy may fill its place, and nothing more: whatever it holds, every rendered file has the
 * same skeleton (settings, words of commands, YAML keys and types, Markdown structure) as with a harmless string. Or it
 * is refused.
 */
interface Project {
  readonly contract: Record<string, unknown>;
  readonly policy: Record<string, unknown>;
}

const HARMLESS = 'x1000';

/** No text that is made up by chance: a service that names itself does not need itself. */
const SERVICE = 'app-of-this-test';

/** Each place that reaches the tree: puts a string there. */
const PLACES: Readonly<Record<string, (project: Project, text: string) => void>> = {
  service_name: ({ contract }, text) => (contract.service_name = text),
  service_unit_name: ({ contract }, text) => (contract.service_unit_name = text),
  service_namespace: ({ contract }, text) => (contract.service_namespace = text),
  'service_volumes.host_path': ({ contract }, text) =>
    set(volumeNamed(contract, 'conf') ?? {}, ['host_path'], `/srv/${text}`),
  'service_volumes.source': ({ contract }, text) =>
    set(volumeNamed(contract, 'data'), ['source'], `v${text}`),
  'persistent path': ({ contract }, text) =>
    set(contract, ['mounts', 'persistent_volumes', 0, 'path'], `/data/${text}`),
  'a path of its own': ({ contract }, text) =>
    set(contract, ['mounts', 'persistent_volumes', 1, 'path'], `/own/${text}`),
  // A script of several lines is named, not printed.
  'health.cmd': ({ contract }, text) => (contract.health = { cmd: ['check', text.replaceAll('\n', ' ')] }),
  run_as_user: ({ contract }, text) =>
    (contract.service_security = { run_as_user: text, run_as_group: text }),
  'backup.exclude': ({ contract }, text) => set(contract, ['backup', 'exclude'], [text]),
  'volume exclude': ({ contract }, text) => set(contract, ['backup', 'volumes', 'data', 'exclude'], [text]),
  'volume reason': ({ contract }, text) =>
    set(contract, ['backup', 'volumes', 'own'], { enabled: false, reason: text }),
  docker_volume: ({ contract }, text) => set(contract, ['backup', 'volumes', 'data', 'docker_volume'], text),
  podman_volume: ({ contract }, text) => set(contract, ['backup', 'volumes', 'data', 'podman_volume'], text),
  service_image: ({ contract }, text) => dumped(contract, {}, text),
  'dump host': ({ contract }, text) => dumped(contract, { host: text }),
  'dump user': ({ contract }, text) => dumped(contract, { user: text }),
  'dump database': ({ contract }, text) => dumped(contract, { databases: [text] }),
  'dump Secret': ({ contract }, text) => dumped(contract, { password_from: { secret: text, key: 'x' } }),
  'dump Secret key': ({ contract }, text) => dumped(contract, { password_from: { secret: 'x', key: text } }),
  claim: ({ contract }, text) => set(contract, ['backup', 'volumes', 'data', 'claim'], text),
  'a dump of hosts: user': ({ contract }, text) => set(contract, ['backup', 'dumps', 'server', 'user'], text),
  'a dump of hosts: databases': ({ contract }, text) =>
    set(contract, ['backup', 'dumps', 'server', 'databases'], [text]),
  'a dump of hosts: container': ({ contract }, text) =>
    set(contract, ['backup', 'dumps', 'server', 'container'], text),
  'a dump of hosts: password file': ({ contract }, text) =>
    set(contract, ['backup', 'dumps', 'server', 'password_from'], { file: `/etc/${text}` }),
  'a dump of hosts: path': ({ contract }, text) =>
    set(contract, ['backup', 'dumps', 'file', 'path'], `/data/x/${text}`),
  'a dump of hosts: command': ({ contract }, text) =>
    set(contract, ['backup', 'dumps', 'other', 'command'], ['dump', text]),
  'a dump of hosts: restore_command': ({ contract }, text) =>
    set(contract, ['backup', 'dumps', 'other', 'restore_command'], ['load', text]),
  'a streamed dump of hosts: command': ({ contract }, text) =>
    set(contract, ['backup', 'dumps', 'whole', 'command'], ['dump', text]),
  'a streamed dump of hosts: container': ({ contract }, text) =>
    set(contract, ['backup', 'dumps', 'whole', 'container'], text),
  'a streamed dump of hosts: file': ({ contract }, text) =>
    set(contract, ['backup', 'dumps', 'whole', 'file'], text),
  'around hosts: a word of a hook': ({ contract }, text) =>
    set(contract, ['backup', 'hooks', 'before'], [['tell', text]]),
  'around hosts: a hook for the shell': ({ contract }, text) =>
    set(contract, ['backup', 'hooks', 'on_failure'], [`tell ${text}`]),
  'around hosts: a program': ({ contract }, text) => set(contract, ['backup', 'hooks', 'after'], [[text]]),
  'around hosts: a command before it stands still': ({ contract }, text) =>
    set(contract, ['backup', 'quiesce', 'before'], [['tell', text]]),
  'around hosts: a command after it stood still': ({ contract }, text) =>
    set(contract, ['backup', 'quiesce', 'after'], [['tell', text]]),
  'around hosts: what stands still': ({ contract }, text) =>
    set(contract, ['backup', 'quiesce', 'services'], [text]),
  requires: ({ contract }, text) => (contract.requires = [text]),
  url: ({ policy }, text) => set(policy, ['repositories', 'main', 'url'], `rest:http://host/${text}`),
  'local url': ({ policy }, text) => set(policy, ['repositories', 'main', 'url'], `/srv/${text}`),
  password_file: ({ policy }, text) => set(policy, ['repositories', 'main', 'password_file'], `/etc/${text}`),
  environment_file: ({ policy }, text) =>
    set(policy, ['repositories', 'main', 'environment_file'], `/etc/${text}`),
  kubernetes_secret: ({ policy }, text) => set(policy, ['repositories', 'main', 'kubernetes_secret'], text),
  data_root: ({ policy }, text) => set(policy, ['runtimes', 'docker'], { data_root: `/srv/${text}` }),
  storage_root: ({ policy }, text) => set(policy, ['runtimes', 'podman', 'storage_root'], `/srv/${text}`),
  dumpdir: ({ policy }, text) =>
    set(policy, ['runtimes', 'proxmox'], { transfer: 'dumpdir', dumpdir: `/srv/${text}` }),
  'rootless image': ({ policy }, text) => set(policy, ['runtimes', 'podman', 'image'], text),
  image: ({ policy }, text) => set(policy, ['runtimes', 'kubernetes', 'image'], text),
  node_selector: ({ policy }, text) =>
    set(policy, ['runtimes', 'kubernetes', 'node_selector'], { zone: text }),
  volume_snapshot_class: ({ policy }, text) =>
    set(policy, ['runtimes', 'kubernetes', 'volume_snapshot_class'], text),
  velero_namespace: ({ policy }, text) => set(policy, ['runtimes', 'kubernetes', 'velero_namespace'], text),
  memory_limit: ({ policy }, text) =>
    set(policy, ['runtimes', 'kubernetes', 'resources', 'memory_limit'], text === HARMLESS ? '1Gi' : text),
  'external_secret.store': ({ policy }, text) =>
    set(policy, ['runtimes', 'kubernetes', 'external_secret', 'store'], text),
  'external_secret.key_prefix': ({ policy }, text) =>
    set(policy, ['runtimes', 'kubernetes', 'external_secret', 'key_prefix'], text),
  container_name: ({ contract }, text) => (contract.services = [{ container_name: text }]),
  'compose service': ({ contract }, text) => (contract.services = [{ name: text }]),
  snapshot_host: ({ policy }, text) => set(policy, ['deployments', 0, 'snapshot_host'], text),
};

/** A server that is dumped. */
function dumped(
  contract: Record<string, unknown>,
  more: Record<string, unknown>,
  image = 'postgres:17',
): void {
  contract.service_image = image;
  set(contract, ['backup', 'dumps'], { db: { engine: 'postgresql', ...more } });
}

function volumeNamed({ service_volumes: volumes }: Record<string, unknown>, name: string): unknown {
  return (volumes as { readonly name: string }[]).find((volume) => volume.name === name);
}

function set(target: unknown, path: readonly (string | number)[], value: unknown): void {
  const [key, ...rest] = path;
  const holder = target as Record<string | number, unknown>;
  if (key === undefined) return;
  if (rest.length === 0) holder[key] = value;
  else set((holder[key] ??= {}), rest, value);
}

function project(): Project {
  return {
    contract: {
      service_id: SERVICE,
      service_name: 'app',
      service_container: { vmid: 105 },
      runtime_templates: { docker: '', podman: '', kubernetes: '', proxmox: '', baremetal: '' },
      service_volumes: [
        { name: 'data', target: '/data' },
        { name: 'conf', host_path: '/srv/conf', target: '/conf' },
      ],
      mounts: {
        persistent_volumes: [
          { name: 'data', path: '/data/x' },
          { name: 'own', path: '/own/x' },
          { name: 'conf', path: '/conf' },
        ],
      },
      backup: {
        volumes: {
          own: { claim: 'own', exclude: ['cache-of-own'] },
          data: { claim: 'data', exclude: ['cache-of-data'] },
        },
        exclude: ['cache-of-all'],
      },
    },
    policy: {
      version: 1,
      project: 'lab',
      contracts: 'app.yml',
      repositories: {
        main: {
          url: 'rest:http://host/x',
          environment_file: '/etc/environment',
          kubernetes_secret: 'x',
          maintenance: { host: 'backup1' },
        },
      },
      runtimes: { kubernetes: { external_secret: { store: 'vault' } } },
      deployments: [],
    },
  };
}

const DUMPS = () => ({
  server: {
    ...{ engine: 'postgresql', container: 'x1000', user: 'x1000', databases: ['x1000'] },
    password_from: { file: '/etc/x1000' },
  },
  file: { engine: 'sqlite', path: '/data/x/x1000' },
  other: { engine: 'command', command: ['dump', 'x1000'], restore_command: ['load', 'x1000'], file: 'x' },
});

const STREAMS = () => ({
  whole: {
    ...{ engine: 'command', command: ['dump', 'x1000'], container: 'x1000', restore_command: ['load'] },
    ...{ file: 'x', transfer: 'stream' },
  },
});

const AROUND = () => ({
  quiesce: { mode: 'stop', services: ['x1000'], before: [['tell', 'x1000']], after: [['tell', 'x1000']] },
  hooks: {
    before: [['tell', 'x1000']],
    after: [['x1000']],
    on_success: ['tell'],
    on_failure: ['tell x1000'],
  },
});

const inCluster = (settings: object) => (input: Project) => {
  input.policy.deployments = [{ runtime: 'kubernetes', services: [SERVICE] }];
  input.policy.runtimes = { kubernetes: { external_secret: { store: 'vault' }, ...settings } };
};

/** Operators back up claims, no directories of nodes, and leave nothing out. */
const byOperator = (settings: object) => (input: Project) => {
  inCluster(settings)(input);
  input.contract.backup = { volumes: { own: { claim: 'own' }, data: { claim: 'data' } } };
  (input.contract.service_volumes as unknown[]).pop();
  (input.contract.mounts as { persistent_volumes: unknown[] }).persistent_volumes.pop();
};

const NOT_IN_CLUSTERS = { runtimes: { kubernetes: { enabled: false, reason: 'not mounted there' } } };

/** Kubernetes refuses most strings in its names, so that it must not hide what the hosts make of them. */
const WHERE = {
  hosts: (input: Project) => {
    input.policy.deployments = ['docker', 'podman', 'proxmox', 'baremetal'].map((runtime) => ({
      runtime,
      host: runtime,
      services: [SERVICE],
    }));
  },
  rootless: (input: Project) => {
    input.policy.deployments = [{ runtime: 'podman', host: 'podman', services: [SERVICE] }];
    input.contract.quadlet_scope = 'user';
  },
  restic: (input: Project) => {
    inCluster({})(input);
    set(input.contract, ['backup', 'volumes', 'conf'], NOT_IN_CLUSTERS);
  },
  daemonset: (input: Project) => {
    inCluster({ host_path_mode: 'daemonset', node_selector: { zone: 'a' } })(input);
    // Of these a cluster mounts the first only.
    (input.contract.service_volumes as unknown[]).reverse();
  },
  velero: byOperator({ method: 'velero' }),
  'velero with snapshots': byOperator({ method: 'velero', snapshot: 'csi' }),
  volsync: byOperator({ method: 'volsync' }),
  k8up: byOperator({ method: 'k8up' }),
};

const OPERATORS: readonly string[] = ['velero', 'velero with snapshots', 'volsync', 'k8up'];

/** What hosts are told of dumps; there are none elsewhere, since other strings would refuse these. */
const HOST_DUMP = 'a dump of hosts';
const HOST_STREAM = 'a streamed dump of hosts';
const HOST_AROUND = 'around hosts';
/** Where contracts may have such keys. */
const ONLY_THERE: Readonly<Record<string, readonly (keyof typeof WHERE)[]>> = {
  [HOST_DUMP]: ['hosts', 'rootless'],
  [HOST_STREAM]: ['hosts'],
  [HOST_AROUND]: ['hosts', 'rootless'],
};
const OF_DUMPS = /^(dump |service_image$)/;

/** What no operator does, and what is refused where a contract asks an operator for it. */
const EXCLUDES: readonly string[] = ['backup.exclude', 'volume exclude'];

/** No string moves a job, so that times need no long look, and are reckoned once. */
const WEEK: Period = { from: SIMULATION.from, to: SIMULATION.from + 7 * 24 * 60 };
const times = rememberTimes();

/** Codes of expressions that cannot be resolved. */
const LEFT_OUT: ReadonlySet<string> = new Set(['STW110', 'STW111', 'STW112', 'STW113', 'STW114']);

/** The rendered tree with `text` in one place; null when it was refused. */
function renderWith(place: string, text: string, where: keyof typeof WHERE): readonly RenderedFile[] | null {
  const input = project();
  WHERE[where](input);
  if (place.startsWith(HOST_DUMP)) set(input.contract, ['backup', 'dumps'], DUMPS());
  if (place.startsWith(HOST_STREAM)) set(input.contract, ['backup', 'dumps'], STREAMS());
  if (place.startsWith(HOST_AROUND)) Object.assign(input.contract.backup as object, AROUND());
  PLACES[place]?.(input, text);
  const policy = loadPolicy({ file: 'stowage.yml', text: dump(input.policy) });
  const loaded = loadContracts([{ file: 'app.yml', text: dump(input.contract) }], NO_VALUES);
  if (policy.policy === null || hasErrors([...policy.diagnostics, ...loaded.diagnostics])) return null;
  // What only pages show is a warning, and left out as a whole: there is nothing of it that could escape.
  if (loaded.diagnostics.some(({ code }) => LEFT_OUT.has(code))) return null;
  const { sorted, diagnostics, ...drawn } = drawPlan(policy.policy, loaded.contracts, intlZones, times);
  const found = runChecks({
    ...drawn,
    policy: policy.policy,
    contracts: sorted,
    zones: intlZones,
    period: WEEK,
    unread: NOTHING_UNREAD,
  });
  if (hasErrors([...diagnostics, ...found])) return null;
  return renderPlan({
    plan: drawn.plan,
    runtimes: policy.policy.runtimes,
    templates: builtinTemplates(),
  });
}

describe.each(Object.keys(PLACES))('%s', (place) => {
  test.each(Object.keys(WHERE) as (keyof typeof WHERE)[])('no string escapes its place (%s)', (where) => {
    const harmless = renderWith(place, HARMLESS, where);
    // A cluster has no use for a repository in some host's file system; Velero has places of its own.
    if (place === 'local url' && ['restic', 'daemonset', 'volsync', 'k8up'].includes(where)) {
      expect(harmless).toBeNull();
      return;
    }
    if (place === 'service_volumes.host_path' && OPERATORS.includes(where)) return;
    // What only a container of a cluster's job is told.
    if (OF_DUMPS.test(place) && !['restic', 'daemonset'].includes(where)) return;
    if (EXCLUDES.includes(place) && OPERATORS.includes(where)) {
      expect(harmless).toBeNull();
      return;
    }
    const only = Object.entries(ONLY_THERE).find(([kind]) => place.startsWith(kind))?.[1];
    if (only?.includes(where) === false) {
      expect(harmless).toBeNull();
      return;
    }
    if (harmless === null) throw new Error('a harmless string must be rendered');
    const usual = skeletonsOf(harmless);
    const contents = new Map(harmless.map((file) => [withoutNames(file.path), file.content]));
    fc.assert(
      fc.property(nastyText, (text) => {
        const other = STAND_INS[place]?.(text) ?? null;
        const expected = other === null ? usual : skeletonsOf(renderWith(place, other, where) ?? []);
        for (const file of renderWith(place, text, where) ?? []) {
          const name = withoutNames(file.path);
          // Most files do not know the string.
          if (other === null && contents.get(name) === file.content) continue;
          const [got, wanted] = [skeleton(file), expected(name)];
          // What compares step by step takes ten times as long, and is for those who read the difference.
          if (JSON.stringify(got) !== JSON.stringify(wanted)) expect([name, got]).toEqual([name, wanted]);
        }
      }),
      { numRuns: ['hosts', 'restic'].includes(where) ? 16 : 4 },
    );
  });
});

/** The skeletons of files by their names, each made when it is asked for. */
function skeletonsOf(files: readonly RenderedFile[]): (name: string) => unknown {
  const known = new Map(files.map((file) => [withoutNames(file.path), file]));
  const made = new Map<string, unknown>();
  return (name) => {
    const file = known.get(name);
    if (file !== undefined && !made.has(name)) made.set(name, skeleton(file));
    return made.get(name);
  };
}

/** Texts that say another thing than the harmless one does: what stands for all of their kind. */
const STAND_INS: Readonly<Record<string, (text: string) => string | null>> = {
  run_as_user: likeNumber,
  container_name: unusableAs(CONTAINER_NAME),
  'compose service': unusableAs(COMPOSE_SERVICE_NAME),
  // A pattern that begins at the root is one for all folders of a host, another one is one for each.
  'backup.exclude': (text) => (/^!?[/](?![*][*])/.test(text) ? '/harmless' : null),
};

/** A name that nothing can have is never typed: the tree is that of any such name. */
function unusableAs({ pattern }: NameRule): (text: string) => string | null {
  return (text) => (pattern.test(text) ? null : 'no name');
}

/** A user's number says more than a name does (Kubernetes knows no names); root's says something else again. */
function likeNumber(text: string): string | null {
  if (!/^\d+$/.test(text)) return null;
  return /^0+$/.test(text) ? '0' : '1000';
}

/** The namespace names a folder, and a claim the files that are about it. */
function withoutNames(path: string): string {
  return path
    .replace(/^kubernetes\/[^/]+\//, 'kubernetes/*/')
    .replace(
      /(\/(?:restore\/\w+\/[^/]+|shell\/claims|volsync\/[^/]+(?:\/secrets)?)\/)[^/]+\.yaml$/,
      '$1*.yaml',
    );
}
