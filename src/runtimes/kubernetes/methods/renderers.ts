import type { KubernetesSettings } from '../settings.js';
import { k8up } from './k8up/render.js';
import type { MethodName } from './registry.js';
import type { MethodRenderer } from './renderer.js';
import { restic } from './restic/render.js';
import { velero } from './velero/render.js';
import { volsync } from './volsync/render.js';

/** What renders each method. */
const RENDERERS: Readonly<Record<MethodName, MethodRenderer>> = { restic, velero, volsync, k8up };

export function rendererOf({ method }: Pick<KubernetesSettings, 'method'>): MethodRenderer {
  return RENDERERS[method];
}
