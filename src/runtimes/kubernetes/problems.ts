import type { Contract } from '../../model/contract.js';
import { wanted } from '../../model/volume.js';
import { isNamespace, isObjectName } from '../../names/objects.js';
import type { PlannedVolume } from '../../model/plan.js';
import { effectiveSettings } from '../../model/settings.js';
import { contractOf } from './contract.js';
import { isHomeless } from './locate.js';
import { VOLUME_KEY } from './volume-key.js';
import type { Policy, Repository } from '../../model/policy.js';
import { settingsOf, type KubernetesSettings } from './settings.js';
import { localPath } from '../../model/repository-url.js';
import type { Pointer } from '../../source/document.js';
import { unheardOfContract, withoutKey } from './honoured.js';
import type { KubernetesProblem } from './methods/method.js';
import { methodOf } from './methods/registry.js';

/** kubernetes.io, "Labels and Selectors"; an empty value would match nothing that we mean. */
const LABEL_VALUE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** What keeps a Kubernetes placement of this service from being rendered, in words. */
export function kubernetesObstacles(
  policy: Policy,
  contract: Contract,
  volumes: readonly PlannedVolume[],
): string[] {
  return kubernetesProblems(policy, contract, volumes).map((problem) => problem.message);
}

/** Every problem of one service on Kubernetes, with its volumes there; none when nothing of it is backed up. */
export function kubernetesProblems(
  policy: Policy,
  contract: Contract,
  located: readonly PlannedVolume[],
): KubernetesProblem[] {
  const volumes = wanted(located).filter((volume) => !isHomeless(volume));
  const kubernetes = settingsOf(policy.runtimes);
  const method = methodOf(kubernetes);
  const hasDumps = contract.backup.dumps.length > 0 && !('cannot' in method.dumps);
  if (volumes.length === 0 && !hasDumps) return [];
  const settings = effectiveSettings(policy, contract);
  const repository = policy.repositories.find(({ name }) => name === settings.repository);
  return [
    ...namespaceProblems(contract),
    ...volumes.flatMap((volume) => claimProblems(contract, volume)),
    ...(method.selects_pods ? labelProblems(contract) : []),
    ...(method.host_paths ? [] : volumes.flatMap((volume) => hostPathProblems(contract, volume, kubernetes))),
    ...(method.restic === 'nobody' || repository === undefined ? [] : repositoryProblems(repository)),
    ...(repository === undefined ? [] : (method.refused?.(repository) ?? [])),
    ...retentionProblems(policy, contract, kubernetes),
    ...unheardProblems(contract, volumes, kubernetes),
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
    settings?.holders[VOLUME_KEY.key] !== undefined ? [...settings.pointer, 'claim'] : ['service_name'];
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
  if (contractOf(contract).workload.selector !== null || LABEL_VALUE.test(contract.service_name)) return [];
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

function retentionProblems(
  policy: Policy,
  contract: Contract,
  settings: KubernetesSettings,
): KubernetesProblem[] {
  const { name: method, keeps: known } = methodOf(settings);
  if (known === 'all') return [];
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
  settings: KubernetesSettings,
): KubernetesProblem[] {
  return unheardOfContract(settings, contract, volumes).map(({ key, pointer }) => ({
    code: 'STW559',
    message: `\`method: ${settings.method}\` does not honour \`${key}\`: ${withoutKey(key)}`,
    hint: `leave \`${key}\` out, or use \`method: restic\``,
    document: 'contract',
    pointer,
  }));
}
