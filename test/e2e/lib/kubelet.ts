import type { Fields } from '../../unit/kubernetes/objects.js';

export interface PodSpec extends Fields {
  readonly containers: readonly Container[];
  readonly volumes?: readonly Fields[];
}

export interface Container extends Fields {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly valueFrom?: unknown }[];
  readonly volumeMounts?: readonly Fields[];
}

/**
 * A pod as Podman can play it: what a kubelet does and Podman does not is done here, and nothing else is changed.
 *
 * @param maps the ConfigMaps of its namespace
 * @param names of the pod, and of the node that it is on
 * @returns the pod, and the ConfigMaps to play it with
 */
export function asKubelet(
  pod: PodSpec,
  maps: readonly Fields[],
  names: { readonly pod: string; readonly node: string },
): { pod: PodSpec; maps: Fields[] } {
  const own = (volume: unknown): string => `${names.pod}-${String(volume)}`;
  const merged: Fields[] = [];
  const volumes = (pod.volumes ?? []).map((volume) => {
    if (volume.projected === undefined) return { ...volume, name: own(volume.name) };
    const name = own(volume.name);
    merged.push({ ...object('v1', 'ConfigMap', name), data: dataOf(volume.projected, maps) });
    return { name, configMap: { name } };
  });
  const containers = pod.containers.map((container) => ({
    ...container,
    // Machines here have no memory controller, so that Podman cannot limit memory.
    resources: {},
    env: (container.env ?? []).map((variable) =>
      variable.valueFrom === undefined
        ? variable
        : { name: variable.name, value: nodeName(variable, names.node) },
    ),
    // For Podman, an emptyDir of the same name is the same one in every pod.
    volumeMounts: (container.volumeMounts ?? []).map((mount) => ({ ...mount, name: own(mount.name) })),
  }));
  return { pod: { ...pod, containers, volumes }, maps: [...maps, ...merged] };
}

export function object(apiVersion: string, kind: string, name: string): Fields {
  return { apiVersion, kind, metadata: { name } };
}

export function nameOf({ metadata }: Fields): string {
  return (metadata as { name: string }).name;
}

function nodeName(
  { name, valueFrom }: { readonly name: string; readonly valueFrom?: unknown },
  node: string,
): string {
  const { fieldRef } = valueFrom as { fieldRef?: { fieldPath?: string } };
  if (fieldRef?.fieldPath !== 'spec.nodeName') throw new Error(`where does ${name} come from?`);
  return node;
}

/** Keys of the ConfigMaps that a projected volume puts into one folder; optional ones may be missing. */
function dataOf(projected: unknown, maps: readonly Fields[]): Fields {
  const { sources } = projected as { sources: { configMap: { name: string; optional?: boolean } }[] };
  const data: Record<string, unknown> = {};
  for (const { configMap } of sources) {
    const found = maps.find((map) => nameOf(map) === configMap.name);
    if (found === undefined && configMap.optional !== true) throw new Error(`no ConfigMap ${configMap.name}`);
    Object.assign(data, found?.data);
  }
  return data;
}

/** crond switches the group before each job, root's too. */
export function withoutSetgid(container: Container): Container {
  const { securityContext } = container as { securityContext?: Fields };
  const capabilities = { drop: ['ALL'], add: ['DAC_READ_SEARCH'] };
  return { ...container, securityContext: { ...securityContext, capabilities } };
}
