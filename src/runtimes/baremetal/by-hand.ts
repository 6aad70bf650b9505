import { byRoot, NO_STEPS } from '../by-root.js';
import type { ByHand } from '../runtime.js';
import { unitCommands } from '../units.js';

export const byHand: ByHand = {
  new_host: {
    needs: 'restic 0.17.0 or later and the packages of the service',
    first: 'Install the service, and stop it if that has started it.',
  },
  has_containers: false,
  typist: byRoot,
  workload: (service) => ({ ...unitCommands(service), inside: [] }),
  owners: () => null,
  recreate: () => [],
  steps: NO_STEPS,
};
