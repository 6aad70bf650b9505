import type { KubernetesSettings } from '../../../policy/policy.js';
import { k8up } from './k8up.js';
import type { Method } from './method.js';
import { restic } from './restic.js';
import { velero } from './velero.js';
import { volsync } from './volsync.js';

/** The only list of methods. */
const METHODS: Readonly<Record<KubernetesSettings['method'], Method>> = { restic, velero, volsync, k8up };

export function methodOf({ method }: Pick<KubernetesSettings, 'method'>): Method {
  return METHODS[method];
}
