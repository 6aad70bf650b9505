import { KUBERNETES_NAME } from '../../source/name-rules.js';
import type { VolumeKey } from '../runtime.js';

export const VOLUME_KEY = {
  key: 'claim',
  rule: KUBERNETES_NAME,
  description: 'Name of the Kubernetes claim that holds the volume, where it is not the usual one.',
  example: 'app-data',
} as const satisfies VolumeKey;
