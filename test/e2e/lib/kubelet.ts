import { createHash } from 'node:crypto';
import type { Fields } from '../../unit/kubernetes/objects.js';

export interface PodSpec extends Fields {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
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
 * @returns the pod, the ConfigMaps to play it with, and files that have to be on the machine: their text by their path
 */
export function asKubelet(
  pod: PodSpec,
  maps: readonly Fields[],
  names: { readonly pod: string; readonly node: string },
): Played {
  const own = (volume: unknown): string => `${names.pod}-${String(volume)}`;
  const merged: Fields[] = [];
  const files: Record<string, string> = {};
  const volumes = (pod.volumes ?? []).map((volume) => {
    const name = own(volume.name);
    const nested = nestedItems(volume.configMap, maps);
    if (nested !== null) {
      Object.assign(files, nested.files);
      return { name, hostPath: { path: nested.folder, type: 'Directory' } };
    }
    if (volume.projected === undefined) return { ...volume, name };
    merged.push({ ...object('v1', 'ConfigMap', name), data: dataOf(volume.projected, maps) });
    return { name, configMap: { name } };
  });
  const played = (container: Container): Container => ({
    ...container,
    // Machines here have no memory controller, so that Podman cannot limit memory.
    resources: {},
    env: (container.env ?? []).map((variable) =>
      variable.valueFrom === undefined || 'secretKeyRef' in (variable.valueFrom as Fields)
        ? variable
        : { name: variable.name, value: nodeName(variable, names.node) },
    ),
    // For Podman, an emptyDir of the same name is the same one in every pod.
    volumeMounts: (container.volumeMounts ?? []).map((mount) => ({ ...mount, name: own(mount.name) })),
  });
  return {
    pod: {
      ...pod,
      ...(pod.initContainers === undefined ? {} : { initContainers: pod.initContainers.map(played) }),
      containers: pod.containers.map(played),
      volumes,
    },
    maps: [...maps, ...merged],
    files,
  };
}

/** What a pod is played with. */
export interface Played {
  readonly pod: PodSpec;
  readonly maps: readonly Fields[];
  readonly files: Readonly<Record<string, string>>;
}

/** A ConfigMap of which keys go into folders below its own, which Podman does not make; null for any other volume. */
function nestedItems(
  configMap: unknown,
  maps: readonly Fields[],
): { folder: string; files: Record<string, string> } | null {
  const { name, items = [] } = (configMap ?? {}) as {
    name?: string;
    items?: readonly { key: string; path: string }[];
  };
  if (!items.some(({ path }) => path.includes('/'))) return null;
  const data = maps.find((map) => nameOf(map) === name)?.data as Record<string, string> | undefined;
  const texts = items.map(({ key, path }) => [path, data?.[key] ?? ''] as const);
  const hash = createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 12);
  const folder = `/srv/cluster/maps/${hash}`;
  return { folder, files: Object.fromEntries(texts.map(([path, text]) => [`${folder}/${path}`, text])) };
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
