import type { Contract } from '../contract/contract.js';
import type { DiagnosticCode } from '../diagnostics/codes.js';
import type { KubernetesSettings, Policy, Repository } from '../policy/policy.js';
import type { Pointer } from '../source/document.js';
import type { PlannedVolume } from './plan.js';
import { localPath } from '../policy/repository-url.js';
import { unheardOfContract, withoutKey } from './honoured.js';
import { effectiveSettings } from './settings.js';
import { backedUp } from '../model/volume.js';
import { planVolumes } from './volumes.js';

/** One reason why a service cannot be backed up on Kubernetes as it is, and where the user can change that. */
export interface KubernetesProblem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint: string;
  readonly document: 'contract' | 'policy';
  readonly pointer: Pointer;
}

/** RFC 1123 label: namespaces. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** RFC 1123 subdomain, at most 253 characters: claims (kubernetes.io, "Object Names and IDs"). */
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
/** kubernetes.io, "Labels and Selectors"; an empty value would match nothing that we mean. */
const LABEL_VALUE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** What keeps a Kubernetes placement of this service from being rendered, in words. */
export function kubernetesObstacles(policy: Policy, contract: Contract): string[] {
  const volumes = clusterVolumes(policy, contract);
  const unnamed = volumes.filter((volume) => volume.kind === 'claim' && volume.name === null);
  return [
    ...unnamed.map((volume) => `nothing says which claim holds \`${volume.volume}\``),
    ...kubernetesProblems(policy, contract).map((problem) => problem.message),
  ];
}

/** Every problem of one service on Kubernetes; none when nothing of it is backed up there. */
export function kubernetesProblems(policy: Policy, contract: Contract): KubernetesProblem[] {
  const volumes = clusterVolumes(policy, contract);
  if (volumes.length === 0) return [];
  const { kubernetes } = policy.runtimes;
  const { method } = kubernetes;
  const settings = effectiveSettings(policy, contract);
  const repository = policy.repositories.find(({ name }) => name === settings.repository);
  return [
    ...namespaceProblems(contract),
    ...volumes.flatMap((volume) => claimProblems(contract, volume)),
    ...(method === 'restic' || method === 'velero' ? labelProblems(contract) : []),
    ...(method === 'restic'
      ? []
      : volumes.flatMap((volume) => hostPathProblems(contract, volume, kubernetes))),
    ...(method === 'velero' || repository === undefined ? [] : repositoryProblems(repository)),
    ...(method === 'k8up' && repository !== undefined ? backendProblems(repository) : []),
    ...retentionProblems(policy, contract, method),
    ...unheardProblems(contract, volumes, method),
  ];
}

/** What a pod that uses a repository needs of it. */
export function repositoryProblems(repository: Repository): KubernetesProblem[] {
  if (localPath(repository.url) !== null) {
    return [
      {
        code: 'STW544',
        message: `repository \`${repository.name}\` is the folder \`${repository.url}\` of a host, which no pod can reach`,
        hint: 'use a repository with a network address, such as a rest-server',
        document: 'policy',
        pointer: [...repository.pointer, 'url'],
      },
    ];
  }
  if (repository.kubernetes_secret !== null) return [];
  return [
    {
      code: 'STW543',
      message: `repository \`${repository.name}\` is used on Kubernetes, but names no Secret with its credentials`,
      hint: "set `kubernetes_secret` to a Secret whose keys are restic's environment names (`RESTIC_PASSWORD`, …)",
      document: 'policy',
      pointer: repository.pointer,
    },
  ];
}

/** Whether Kubernetes takes a name for a namespace. */
export function isNamespace(name: string): boolean {
  return LABEL.test(name);
}

/** Whether Kubernetes takes a name for an object, such as a claim or a Deployment. */
export function isObjectName(name: string): boolean {
  return SUBDOMAIN.test(name);
}

function clusterVolumes(policy: Policy, contract: Contract): PlannedVolume[] {
  return backedUp(planVolumes(contract, 'kubernetes', policy));
}

function namespaceProblems(contract: Contract): KubernetesProblem[] {
  const namespace = contract.service_namespace;
  if (isNamespace(namespace)) return [];
  return [
    {
      code: 'STW540',
      message: `\`${namespace}\` is not a name that Kubernetes takes for a namespace`,
      hint: 'use up to 63 lower-case letters, digits and `-`',
      document: 'contract',
      pointer: ['service_namespace'],
    },
  ];
}

function claimProblems(contract: Contract, volume: PlannedVolume): KubernetesProblem[] {
  if (volume.kind !== 'claim' || volume.name === null || isObjectName(volume.name)) return [];
  const settings = contract.backup.volumes.get(volume.volume);
  const pointer: Pointer =
    settings?.claim != null
      ? [...settings.pointer, 'claim']
      : contract.pvc === null
        ? ['service_name']
        : ['kubernetes', 'pvc', 'name'];
  return [
    {
      code: 'STW541',
      message: `Kubernetes has no claim \`${volume.name}\`: it refuses such a name`,
      hint: `set \`backup.volumes.${volume.volume}.claim\` to the real one (\`kubectl get pvc\`)`,
      document: 'contract',
      pointer,
    },
  ];
}

function labelProblems(contract: Contract): KubernetesProblem[] {
  if (contract.backup.workload.selector !== null || LABEL_VALUE.test(contract.service_name)) return [];
  return [
    {
      code: 'STW542',
      message: `no pod can carry the label \`app: ${contract.service_name}\`, by which the backup finds the workload`,
      hint: 'name the labels that the pods carry under `backup.kubernetes.workload.selector` (`kubectl get pods --show-labels`)',
      document: 'contract',
      pointer: ['service_name'],
    },
  ];
}

function hostPathProblems(
  contract: Contract,
  volume: PlannedVolume,
  { method }: KubernetesSettings,
): KubernetesProblem[] {
  if (volume.kind !== 'host_path') return [];
  const bind = contract.service_volumes.find(
    ({ host_path }) =>
      host_path !== null && `${volume.location}/`.startsWith(host_path === '/' ? '/' : `${host_path}/`),
  );
  const declared = contract.persistent_volumes.find(({ name }) => name === volume.volume);
  return [
    {
      code: 'STW545',
      message: `\`${volume.volume}\` is the hostPath \`${volume.location}\`, which \`method: ${method}\` does not back up`,
      hint: `move it to a claim, use \`method: restic\`, or waive it: \`backup.volumes.${volume.volume}: { enabled: false, reason: … }\``,
      document: 'contract',
      pointer: bind === undefined ? (declared?.pointer ?? []) : [...bind.pointer, 'host_path'],
    },
  ];
}

/** K8up's `Backend` knows these (its v1 API); of S3 only addresses with a scheme. */
function backendProblems(repository: Repository): KubernetesProblem[] {
  if (/^(rest:https?:|s3:https?:|b2:|azure:)/.test(repository.url)) return [];
  return [
    {
      code: 'STW546',
      message: `K8up has no back end for repository \`${repository.name}\` (\`${repository.url}\`)`,
      hint: 'it takes rest:http…, s3:http…, b2: and azure: addresses',
      document: 'policy',
      pointer: [...repository.pointer, 'url'],
    },
  ];
}

/** Retention rules that an operator's object has a field for. Velero only has one age for everything: the longest. */
const EXPRESSIBLE: Partial<Record<KubernetesSettings['method'], readonly string[]>> = {
  volsync: ['keep_hourly', 'keep_daily', 'keep_weekly', 'keep_monthly', 'keep_yearly', 'keep_within'],
  k8up: ['keep_last', 'keep_hourly', 'keep_daily', 'keep_weekly', 'keep_monthly', 'keep_yearly'],
};

function retentionProblems(
  policy: Policy,
  contract: Contract,
  method: KubernetesSettings['method'],
): KubernetesProblem[] {
  const known = EXPRESSIBLE[method];
  if (known === undefined) return [];
  const own = contract.backup.settings.retention !== undefined;
  return Object.entries(effectiveSettings(policy, contract).retention)
    .filter(([rule, kept]) => kept !== 0 && !known.includes(rule))
    .map(([rule]) => ({
      code: 'STW547' as const,
      message: `\`method: ${method}\` has no field for the retention rule \`${rule}\``,
      hint: `use ${known.map((name) => `\`${name}\``).join(', ')}`,
      document: own ? ('contract' as const) : ('policy' as const),
      pointer: own ? ['backup', 'retention', rule] : ['defaults', 'retention', rule],
    }));
}

/** What the contract itself asks for, and the operator does nothing about. */
function unheardProblems(
  contract: Contract,
  volumes: readonly PlannedVolume[],
  method: KubernetesSettings['method'],
): KubernetesProblem[] {
  return unheardOfContract(method, contract, volumes).map(({ key, pointer }) => ({
    code: 'STW559',
    message: `\`method: ${method}\` does not honour \`${key}\`: ${withoutKey(key)}`,
    hint: `leave \`${key}\` out, or use \`method: restic\``,
    document: 'contract',
    pointer,
  }));
}
