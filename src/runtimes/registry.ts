import { baremetal } from './baremetal/runtime.js';
import { docker } from './docker/runtime.js';
import { kubernetes } from './kubernetes/runtime.js';
import { podman } from './podman/runtime.js';
import { proxmox } from './proxmox/runtime.js';
import type { RuntimeSettings } from '../model/policy.js';
import type { ClusterPages, Holding, Runtime } from './runtime.js';

/**
 * The only list of runtimes, in the order in which people read them. Schemas, choices of the command line and the
 * columns of tables are made from it.
 */
export const RUNTIME_LIST: readonly Runtime[] = [docker, podman, kubernetes, proxmox, baremetal];

/** Names of the runtimes that a contract may list under `runtime_templates` and a policy in `deployments`. */
export const RUNTIMES: readonly string[] = RUNTIME_LIST.map(({ name }) => name);

const BY_NAME: ReadonlyMap<string, Runtime> = new Map(RUNTIME_LIST.map((runtime) => [runtime.name, runtime]));

/** Whoever reads a document looks a name up in {@link RUNTIMES} first; so one that is not there is a bug. */
export function runtimeOf(name: string): Runtime {
  const runtime = BY_NAME.get(name);
  if (runtime === undefined) throw new Error(`no runtime is called ${name}`);
  return runtime;
}

/** The user of rootless services, as the policy names it. */
export function rootlessUser(runtimes: RuntimeSettings): string | null {
  return RUNTIME_LIST.map(({ user }) => user?.(runtimes) ?? null).find((name) => name !== null) ?? null;
}

/** What each kind of cluster has for people. */
export const CLUSTERS: readonly ClusterPages[] = RUNTIME_LIST.flatMap(({ cluster }) => cluster ?? []);

/** Folders of the tree that have one for each namespace of a cluster. */
export const CLUSTER_FOLDERS: readonly string[] = RUNTIME_LIST.filter(
  ({ runs_on }) => runs_on === 'cluster',
).map(({ name }) => name);

const HOLDINGS: ReadonlyMap<string, Holding> = new Map(
  RUNTIME_LIST.flatMap(({ kinds }) => Object.entries(kinds)),
);

/** Every word for what holds a volume. */
export const LOCATION_KINDS: readonly string[] = [...HOLDINGS.keys()];

/** What holds a volume, from the word for it; one that no runtime has is a bug. */
export function holdingOf(kind: string): Holding {
  const holding = HOLDINGS.get(kind);
  if (holding === undefined) throw new Error(`no runtime has volumes of the kind ${kind}`);
  return holding;
}
