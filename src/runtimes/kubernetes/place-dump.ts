import { engineOf } from '../../dumps/registry.js';
import { innermost } from '../../locate/pairing.js';
import type { Contract } from '../../model/contract.js';
import type { Dump, DumpContainer, PlacedDump } from '../../model/dump.js';
import type { CannotReach, DumpToPlace } from '../runtime.js';

/** Where the container that dumps a file of a database has the volume that holds it. */
export const DATABASE = '/database';

/** As registries and runtimes take it; whatever else a contract says here is not pulled by anybody. */
const IMAGE = /^[A-Za-z0-9][A-Za-z0-9._\-/:@]{0,511}$/;

/**
 * A container beside restic's, with the image of the database itself: its client is as new as the server. It asks the server
 * over the network, or mounts the claim that holds the file.
 */
export function placeDump(asked: DumpToPlace): PlacedDump | CannotReach {
  const { contract, dump } = asked;
  const image = imageOf(contract, dump);
  if (typeof image !== 'string') return image;
  if (dump.password !== null && 'file' in dump.password) {
    return {
      cannot: 'a pod has no file of a host that could hold its password',
      hint: 'name a key of a Secret: `password_from: { secret: …, key: … }`',
    };
  }
  const engine = engineOf(dump.engine);
  const common = { name: dump.name, enter: [], on_host: false };
  if (engine.reads_files !== null) return inClaim(asked, image, common);
  if (engine.network === null) {
    return { ...common, path: null, container: { image, host: dump.host, port: dump.port, volume: null } };
  }
  const container: DumpContainer = {
    image,
    host: dump.host ?? contract.service_name,
    port: dump.port ?? engine.network.port,
    volume: null,
  };
  return { ...common, path: null, container };
}

/** What runs the database: the workload itself, or one of the services that the contract lists. */
function imageOf({ databases: { containers } }: Contract, { container }: Dump): string | CannotReach {
  const named = container === null ? null : containers.find(({ name }) => name === container);
  const workload = containers.find(({ number }) => number === null);
  const image = (container === null ? workload : named)?.image ?? null;
  if (image !== null && IMAGE.test(image)) return image;
  return container === null
    ? {
        cannot: 'nothing says which image its job has to run',
        hint: 'set `service_image`, or name under `container` the one of `services` whose image has its programs',
      }
    : {
        cannot: `nothing says which image \`${container}\` has`,
        hint: 'set its `image` in `services`, or name another one under `container`',
      };
}

/** A file is read where it is: the job has its claim, on the node of the workload. */
function inClaim(
  { dump, placement }: DumpToPlace,
  image: string,
  common: Omit<PlacedDump, 'path'>,
): PlacedDump | CannotReach {
  const path = dump.path ?? '';
  const volume = innermost(path, placement.volumes);
  if (volume?.kind !== 'claim' || volume.name === null) {
    return {
      cannot: `\`${path}\` lies in no claim that is known`,
      hint: 'name the claim that holds it: `backup.volumes.<name>.claim`',
    };
  }
  return {
    ...common,
    path: `${DATABASE}${path.slice(volume.path.length)}`,
    container: { image, host: null, port: null, volume: volume.volume },
  };
}
