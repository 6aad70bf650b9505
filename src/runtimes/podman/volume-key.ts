import { ENGINE_VOLUME_NAME } from '../../source/name-rules.js';
import type { VolumeKey } from '../runtime.js';

export const VOLUME_KEY = {
  key: 'podman_volume',
  rule: ENGINE_VOLUME_NAME,
  description: 'Explicit Podman volume (`VolumeName=`), so without the `systemd-` prefix.',
  example: 'shared-data',
} as const satisfies VolumeKey;
