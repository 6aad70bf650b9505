import { installedName, projectName } from '../../../names/installed.js';
import type { PlannedVolume, RepositoryPlan } from '../../../model/plan.js';
import type { Toleration } from '../tolerations.js';
import type { KubernetesSettings } from '../settings.js';
import { containerText, podVolumeName } from '../../../names/objects.js';
import type { PodSecurity } from './security.js';

/** Where the scripts of ours are in every pod. */
export const SCRIPTS = '/etc/stowage';

/** The ConfigMap with them. */
export function scriptsConfigMap(project: string): string {
  return installedName(project, 'scripts');
}

const CREDENTIALS = '/etc/stowage-credentials';

type Fields = Readonly<Record<string, unknown>>;

/** What `_restic.yaml.hbs` and the templates around it need for one pod of ours. */
export interface PodContext {
  readonly [key: string]: unknown;
  /** Whose rights the pod has. */
  readonly account: string;
  readonly image: string;
  readonly secret: string;
  readonly url: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly mounts: readonly Fields[];
  readonly volumes: readonly Fields[];
  readonly security: PodSecurity;
}

/**
 * The taints that pods with volumes put up with: those that the policy names, and never one of the cluster itself. A
 * pod that stays on a node that is dead keeps its volumes from the workload (kubernetes.io, "Taints and Tolerations").
 */
export function tolerationFields({ tolerations }: KubernetesSettings): { tolerations: Toleration[] | null } {
  return { tolerations: tolerations.length === 0 ? null : [...tolerations] };
}

/** What a pod of ours asks for; no processor limit, so that a backup uses what is idle. */
export function podResources({ resources }: KubernetesSettings): Fields {
  return {
    requests: { cpu: resources.cpu_request, memory: resources.memory_request },
    limits: { memory: resources.memory_limit },
  };
}

export interface PodInput {
  readonly project: string;
  readonly repository: RepositoryPlan;
  readonly settings: KubernetesSettings;
  readonly security: PodSecurity;
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** The service's volumes, read-only at their snapshot paths. */
  readonly sources: readonly PlannedVolume[];
  /** Whether it has our scripts, which makes it wait for their ConfigMap; it has them unless this says otherwise. */
  readonly hasScripts?: boolean;
  /** Whether $NODE_NAME is the name of its node. */
  readonly knowsNode?: boolean;
  readonly moreMounts?: readonly Fields[];
  readonly moreVolumes?: readonly Fields[];
}

/** A pod that runs restic: scripts, cache, a writable /tmp and its sources; everything else is read-only. */
export function podContext(input: PodInput): PodContext {
  const { repository, settings, hasScripts = true } = input;
  return {
    account: projectName(input.project),
    image: settings.image,
    secret: secretName(repository),
    url: containerText(repository.url),
    resources: podResources(settings),
    security: input.security,
    node_name: input.knowsNode === true,
    command: input.command.map(containerText),
    args: input.args.map(containerText),
    mounts: [
      ...(hasScripts ? [{ name: 'scripts', mountPath: SCRIPTS, readOnly: true }] : []),
      { name: 'cache', mountPath: '/cache' },
      { name: 'tmp', mountPath: '/tmp' },
      credentialsMount(repository),
      ...(input.moreMounts ?? []),
      ...input.sources.map((volume) => sourceMount(volume, '')),
    ],
    volumes: [
      ...(hasScripts ? [{ name: 'scripts', configMap: { name: scriptsConfigMap(input.project) } }] : []),
      { name: 'cache', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
      credentialsVolume(repository),
      ...(input.moreVolumes ?? []),
      ...sourceVolumes(
        input.sources.map((volume) => ({ volume, scope: '' })),
        'stops',
      ),
    ],
  };
}

/** The Secret with a repository's credentials. Throws without one: checking the plan has refused that. */
export function secretName(repository: RepositoryPlan): string {
  if (repository.kubernetes_secret === null) throw new Error(`repository ${repository.name} has no Secret`);
  return repository.kubernetes_secret;
}

/**
 * Where every pod has each key of a repository's Secret as a file: what is no variable itself (a certificate, the key file
 * of a Google account), and a variable that names such a file, is the same in all of them.
 */
export function credentialsFolder(repository: RepositoryPlan): string {
  return `${CREDENTIALS}/${repository.name}`;
}

export function credentialsMount(repository: RepositoryPlan): Fields {
  return { name: credentialsName(repository), mountPath: credentialsFolder(repository), readOnly: true };
}

/** The modes let a pod read it that runs as the workload's user; nobody else is in the pod. */
export function credentialsVolume(repository: RepositoryPlan): Fields {
  const secret = { secretName: secretName(repository), defaultMode: 0o444 };
  return { name: credentialsName(repository), secret };
}

function credentialsName(repository: RepositoryPlan): string {
  return podVolumeName('secret', repository.name);
}

/** A volume, and the service that it belongs to where one pod mounts those of several. */
interface ScopedVolume {
  readonly volume: PlannedVolume;
  readonly scope: string;
}

function volumeName({ volume, scope }: ScopedVolume): string {
  if (volume.kind === 'claim') return podVolumeName('claim', volume.name ?? '');
  // A slash is in no service's or volume's name, so that the two parts stay apart.
  return podVolumeName('path', scope === '' ? volume.volume : `${scope}/${volume.volume}`);
}

/**
 * The mount, not the claim, is read-only: some drivers refuse to attach one claim for writing and for reading only.
 * A `subPath` that the claim lacks is made, empty, by the kubelet; the source check then stops the backup.
 */
export function sourceMount(volume: PlannedVolume, scope: string): Fields {
  return {
    name: volumeName({ volume, scope }),
    mountPath: volume.snapshot_path,
    ...(volume.kind === 'claim' && volume.suffix !== '' ? { subPath: volume.suffix } : {}),
    readOnly: true,
  };
}

/**
 * What happens to a hostPath that is not there, or is a file where a folder should be, and the other way round: the pod
 * does not start; it is made, because what is lost altogether has to be restored too; or nothing is looked at, and the
 * container runtime makes an empty folder of it.
 */
export type MissingPath = 'stops' | 'made' | 'unchecked';

/** One volume per claim and per hostPath. */
export function sourceVolumes(sources: readonly ScopedVolume[], missing: MissingPath): Fields[] {
  const volumes = new Map<string, Fields>();
  for (const source of sources) {
    const name = volumeName(source);
    const { volume } = source;
    volumes.set(
      name,
      volume.kind === 'claim'
        ? { name, persistentVolumeClaim: { claimName: volume.name } }
        : { name, hostPath: { path: volume.location, ...hostPathType(volume, missing) } },
    );
  }
  return [...volumes.values()];
}

function hostPathType({ is_file }: PlannedVolume, missing: MissingPath): Fields {
  if (missing === 'unchecked') return {};
  return { type: `${is_file === true ? 'File' : 'Directory'}${missing === 'made' ? 'OrCreate' : ''}` };
}
