import { contractOf } from './contract.js';
import { settingsOf } from './settings.js';
import { hostPathLocation, joinPath } from '../../locate/location.js';
import type { Locator } from '../runtime.js';
import { VOLUME_KEY } from './volume-key.js';

/**
 * Quadlet. `N.volume` makes a volume `systemd-N` unless `VolumeName=` is set (podman-systemd.unit(5)).
 * A user's volumes lie below that user's home, which only the host knows: it is written `$HOME`.
 */
export const locator: Locator = {
  mounted: ({ service_volumes, compose_volumes }) => [...service_volumes, ...compose_volumes],

  locate({ contract, volume, pairing, settings, policy }) {
    const { partner, suffix } = pairing;
    const explicit = settings?.holders[VOLUME_KEY.key] ?? null;
    if (explicit === null && partner?.host_path != null) return hostPathLocation(partner.host_path, suffix);
    const name = explicit ?? `systemd-${partner?.source ?? partner?.name ?? volume.name}`;
    const storage =
      contractOf(contract).quadlet_scope === 'user'
        ? '$HOME/.local/share/containers/storage'
        : settingsOf(policy.runtimes).storage_root;
    const root = `${storage}/volumes/${name}/_data`;
    return { kind: 'podman_volume', location: joinPath(root, suffix), name, namespace: null, suffix };
  },
};
