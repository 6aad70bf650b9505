import { engineOf } from '../../../dumps/registry.js';
import { dumpOptions, dumpsHere, engineScripts, type HereDump } from '../../../hosts/dumps.js';
import type { PlannedVolume } from '../../../model/plan.js';
import { dumpsFolder } from '../../../names/installed.js';
import { containerText, podVolumeName } from '../../../names/objects.js';
import type { KubernetesSettings } from '../settings.js';
import type { KubernetesJob } from './cluster.js';
import type { Script } from './contents.js';
import { podResources, scriptsConfigMap, SCRIPTS, sourceMount, sourceVolumes } from './pod.js';
import { backupSecurity, rootSecurity, type PodSecurity } from './security.js';
import { DATABASE } from '../place-dump.js';

type Fields = Readonly<Record<string, unknown>>;

/** Where a container that dumps has the folder that restic saves. */
export const SPOOL = '/dumps';

/** What a backup's pod has besides, so that databases are dumped before restic starts. */
export interface DumpPod {
  /** Those that run first, one after the other. */
  readonly containers: readonly Fields[];
  /** Of restic's own container, which only reads. */
  readonly mounts: readonly Fields[];
  readonly volumes: readonly Fields[];
  /** Volumes with files of databases: the pod has to be where they are. */
  readonly holders: readonly PlannedVolume[];
}

const NOTHING: DumpPod = { containers: [], mounts: [], volumes: [], holders: [] };

/** The dumps of one job. */
export function jobDumps({ service, placement }: KubernetesJob): HereDump[] {
  return dumpsHere(service, placement);
}

/** Scripts that dump the databases of these jobs; none where nothing is dumped. */
export function dumpScripts(jobs: readonly KubernetesJob[]): Script[] {
  const dumps = jobs.flatMap(jobDumps);
  if (dumps.length === 0) return [];
  return [
    { file: 'dump.sh', template: 'kubernetes/dump.sh.hbs' },
    { file: 'load-dump.sh', template: 'kubernetes/load-dump.sh.hbs' },
    ...engineScripts(dumps).map((name) => ({ file: `${name}.sh`, template: `dumps/${name}.sh.hbs` })),
  ];
}

/** @param sources the volumes that restic reads, which the pod has anyway */
export function dumpPod(
  job: KubernetesJob,
  settings: KubernetesSettings,
  sources: readonly PlannedVolume[],
  dumps: readonly HereDump[] = jobDumps(job),
  scripts: readonly string[] = ['dump.sh'],
): DumpPod {
  if (dumps.length === 0) return NOTHING;
  const holders = [...new Set(dumps.flatMap((here) => holderOf(job, here) ?? []))];
  const security = backupSecurity(job.service, sources);
  return {
    containers: dumps.map((here) => dumpContainer(job, settings, security, here)),
    mounts: [{ name: 'dumps', mountPath: dumpsFolder(job.service.service_id), readOnly: true }],
    volumes: [
      // A database that has grown must not fill the disk of the node.
      ...['dumps', 'dump-tmp'].map((name) => ({
        name,
        emptyDir: { sizeLimit: settings.resources.dump_limit },
      })),
      dumpScriptsVolume(job.project, scripts, dumps),
      ...claimsBesides(holders, sources),
    ],
    holders,
  };
}

/** Some of the scripts and what knows the engines, as it looks for them; nothing else of the ConfigMap. */
export function dumpScriptsVolume(
  project: string,
  scripts: readonly string[],
  dumps: readonly HereDump[],
): { readonly name: string; readonly configMap: Fields } {
  const engines = engineScripts(dumps).map((name) => ({ key: `${name}.sh`, path: `dumps/${name}.sh` }));
  const items = [...scripts.map((name) => ({ key: name, path: name })), ...engines];
  return { name: 'dump-scripts', configMap: { name: scriptsConfigMap(project), items } };
}

/** Claims that only hold files of databases. */
function claimsBesides(holders: readonly PlannedVolume[], sources: readonly PlannedVolume[]): Fields[] {
  const volumesOf = (volumes: readonly PlannedVolume[]) =>
    sourceVolumes(
      volumes.map((volume) => ({ volume, scope: '' })),
      'stops',
    );
  const known = new Set(volumesOf(sources).map(({ name }) => name));
  return volumesOf(holders).filter(({ name }) => !known.has(name));
}

/** The volume with the file of a database; null for a server. */
export function holderOf({ placement }: KubernetesJob, { how }: HereDump): PlannedVolume | null {
  const name = how.container?.volume ?? null;
  return placement.volumes.find(({ volume }) => volume === name) ?? null;
}

function dumpContainer(
  job: KubernetesJob,
  settings: KubernetesSettings,
  security: PodSecurity,
  here: HereDump,
): Fields {
  const { dump } = here;
  return {
    ...besideDatabase(settings, here),
    command: ['/bin/sh', `${SCRIPTS}/dump.sh`],
    args: [`--to=${SPOOL}`, ...dumpOptions(here), '--', ...dump.command].map(containerText),
    securityContext: containerSecurity(security, holderOf(job, here) !== null),
    volumeMounts: [...databaseMounts(job, here), { name: 'dumps', mountPath: SPOOL }],
  };
}

/**
 * What a container has that asks a database, or opens its file: its image, and the password, which nobody else has.
 *
 * @param secret what more is said of the Secret with that
 */
export function besideDatabase(settings: KubernetesSettings, here: HereDump, secret: Fields = {}): Fields {
  return {
    name: podVolumeName('dump', here.dump.name),
    image: here.how.container?.image,
    env: environment(here, secret),
    resources: podResources(settings),
  };
}

export function databaseMounts(job: KubernetesJob, here: HereDump): Fields[] {
  const holder = holderOf(job, here);
  return [
    { name: 'dump-scripts', mountPath: SCRIPTS, readOnly: true },
    { name: 'dump-tmp', mountPath: '/tmp' },
    // A reader takes part in the log of the database, and makes it where there is none.
    ...(holder === null ? [] : [{ ...sourceMount(holder, ''), mountPath: DATABASE, readOnly: false }]),
  ];
}

/** Where the server is and what its password is, for this container alone. */
function environment({ dump, how: { container } }: HereDump, secret: Fields): Fields[] {
  const variables = engineOf(dump.engine).network?.variables;
  const { password } = dump;
  return [
    ...['HOME', 'TMPDIR'].map((name) => ({ name, value: '/tmp' })),
    ...(container == null || variables === undefined
      ? []
      : [
          { name: variables.host, value: containerText(container.host ?? '') },
          { name: variables.port, value: String(container.port) },
        ]),
    ...(password === null || !('secret' in password)
      ? []
      : [
          {
            name: 'STOWAGE_PASSWORD',
            valueFrom: { secretKeyRef: { name: password.secret, key: password.key, ...secret } },
          },
        ]),
  ];
}

/** The workload's user where the pod is that; else root, which asks a server without any rights over files. */
export function containerSecurity({ level, container }: PodSecurity, opensFiles: boolean): Fields {
  if (level === 'restricted') return container;
  return rootSecurity(opensFiles ? ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'] : []).container;
}
