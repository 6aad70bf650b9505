import { settingsOf } from './settings.js';
import { declaredVolumes, hostPathLocation, joinPath } from '../../locate/location.js';
import type { Locator } from '../runtime.js';
import { VOLUME_KEY } from './volume-key.js';
import { composeProject } from './project.js';

/**
 * Compose. A managed volume is called `<project>_<name>` unless it is external or has a `name:` of its own
 * (docs.docker.com/reference/compose-file/volumes), and its files lie below the daemon's data root.
 */
export const locator: Locator = {
  mounted: declaredVolumes,

  locate({ contract, volume, pairing, settings, policy, deployment }) {
    const { partner, suffix } = pairing;
    const explicit = settings?.holders[VOLUME_KEY.key] ?? null;
    if (explicit === null && partner?.host_path != null) return hostPathLocation(partner.host_path, suffix);
    const own = partner?.source ?? partner?.name ?? volume.name;
    const project = composeProject(policy, contract, deployment);
    const name = explicit ?? (partner?.external === true ? own : `${project}_${own}`);
    const root = `${settingsOf(policy.runtimes).data_root}/volumes/${name}/_data`;
    return { kind: 'docker_volume', location: joinPath(root, suffix), name, namespace: null, suffix };
  },
};
