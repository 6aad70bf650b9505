import { hostPathLocation, joinPath, type Locator } from './location.js';

/**
 * Compose. A managed volume is called `<project>_<name>` unless it is external or has a `name:` of its own
 * (docs.docker.com/reference/compose-file/volumes), and its files lie below the daemon's data root.
 */
export const docker: Locator = {
  runtime: 'docker',

  // A contract with several Compose services mounts what each of them lists.
  mounted: (contract) => [...contract.compose_volumes, ...contract.service_volumes],

  locate({ contract, volume, pairing, settings, runtimes, compose_project }) {
    const { partner, suffix } = pairing;
    const explicit = settings?.docker_volume ?? null;
    if (explicit === null && partner?.host_path != null) return hostPathLocation(partner.host_path, suffix);
    const own = partner?.source ?? partner?.name ?? volume.name;
    const project = compose_project ?? composeProjectName(contract.service_id);
    const name = explicit ?? (partner?.external === true ? own : `${project}_${own}`);
    const root = `${runtimes.docker.data_root}/volumes/${name}/_data`;
    return { kind: 'docker_volume', location: joinPath(root, suffix), name, namespace: null, suffix };
  },
};

/**
 * The project name that Compose derives from the folder of the compose file, which live deployments call
 * `service_id`: lower case, only letters, digits, `_` and `-`, none of the latter two in front
 * (compose-spec, "Name top-level element"). A dot thus disappears.
 */
export function composeProjectName(serviceId: string): string {
  return serviceId
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}
