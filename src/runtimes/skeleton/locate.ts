import { hostPathLocation, joinPath } from '../../locate/location.js';
import type { Locator, Runtime } from '../runtime.js';
import { toFill } from './to-fill.js';

/** The words of `stowage paths` for what holds volumes, with what they are. */
export const KINDS = {
  host_path: 'folder',
  skeleton_volume: toFill('whether a managed volume is a `folder`, a named `volume` or part of a `guest`'),
} satisfies Runtime['kinds'];

/** A bind mount is its folder of the host. Anything else is where the runtime keeps what it manages. */
export const locator: Locator = {
  mounted: (contract) => contract.service_volumes,

  locate(input) {
    const { partner, suffix } = input.pairing;
    if (partner?.host_path != null) return hostPathLocation(partner.host_path, suffix);
    const name = partner?.source ?? partner?.name ?? input.volume.name;
    const root = toFill(`in which folder of the host ${name} lies; name the document that says so`);
    return { kind: 'skeleton_volume', location: joinPath(root, suffix), name, namespace: null, suffix };
  },
};
