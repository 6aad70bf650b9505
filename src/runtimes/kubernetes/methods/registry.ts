import type { KubernetesSettings } from '../settings.js';
import { k8up } from './k8up/method.js';
import type { Method } from './method.js';
import { restic } from './restic/method.js';
import { velero } from './velero/method.js';
import { volsync } from './volsync/method.js';

/** Methods of backing up what is in clusters; the first is what a policy has that names none. */
export const METHOD_NAMES = ['restic', 'velero', 'volsync', 'k8up'] as const;

/** One of the methods of backing up what is in clusters. */
export type MethodName = (typeof METHOD_NAMES)[number];

/** The only list of methods. What renders them is in `renderers.ts`. */
const METHODS: Readonly<Record<MethodName, Method>> = { restic, velero, volsync, k8up };

/** API groups of the objects of all of them. */
export const API_GROUPS: readonly string[] = Object.values(METHODS).flatMap(({ api_groups }) => api_groups);

export function methodOf({ method }: Pick<KubernetesSettings, 'method'>): Method {
  return METHODS[method];
}
