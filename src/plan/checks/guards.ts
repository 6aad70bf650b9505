import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { Check } from './check.js';
import { places } from './places.js';

/** Guards of one volume that is part of a guest: nobody looks into the guest. */
export const unwatchedGuard: Check = (input) =>
  places(input)
    .filter(({ volume }) => volume.kind === 'lxc_guest')
    .flatMap(({ contract, volume }): Diagnostic[] => {
      const keys = [
        ...(volume.mount_point === true ? ['mount_point'] : []),
        ...(volume.must_contain === undefined ? [] : ['must_contain']),
        ...((volume.max_shrink_percent ?? 100) === 100 ? [] : ['max_shrink']),
      ];
      return keys.map((key) => ({
        code: 'STW341',
        severity: 'error',
        message: `nothing would see to \`${key}\` of \`${volume.volume}\`: it lies inside a guest, which is dumped as a whole`,
        span: contract.document.span(['backup', 'volumes', volume.volume, key], 'key'),
        hint: 'take it away, or give the volume a `host_path`; the dump as a whole has the `max_shrink` of the service',
      }));
    });

/** `X.incomplete` holds the markers of host X. */
export const reservedHost: Check = ({ deployed }) =>
  deployed
    .filter(({ snapshot_host }) => snapshot_host.endsWith('.incomplete'))
    .map(({ snapshot_host, contract }): Diagnostic => ({
      code: 'STW343',
      severity: 'error',
      message: `under the snapshot host \`${snapshot_host}\` the markers of incomplete snapshots of another one are kept`,
      span: contract.document.span(['service_id']),
      hint: 'choose another `service_id`, or a `snapshot_host` on its deployment',
    }));
