import { ENGINE_VOLUME_NAME } from '../../source/name-rules.js';
import type { VolumeKey } from '../runtime.js';

export const VOLUME_KEY = {
  key: 'docker_volume',
  rule: ENGINE_VOLUME_NAME,
  description:
    'Explicit Docker volume: external, or named in the Compose file, so without the project prefix.',
  example: 'shared-data',
} as const satisfies VolumeKey;
