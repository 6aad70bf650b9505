import type { KubernetesSettings } from '../../../policy/policy.js';
import { k8up } from './k8up/method.js';
import type { Method } from './method.js';
import { restic } from './restic/method.js';
import { velero } from './velero/method.js';
import { volsync } from './volsync/method.js';

/** The only list of methods; the first is what a policy has that names none. What renders them is in `renderers.ts`. */
const METHODS = { restic, velero, volsync, k8up } satisfies Readonly<Record<string, Method>>;

export type MethodName = keyof typeof METHODS;

export const METHOD_NAMES = Object.keys(METHODS) as [MethodName, ...MethodName[]];

/** API groups of the objects of all of them. */
export const API_GROUPS: readonly string[] = Object.values<Method>(METHODS).flatMap(
  ({ api_groups }) => api_groups,
);

export function methodOf({ method }: Pick<KubernetesSettings, 'method'>): Method {
  return METHODS[method];
}
