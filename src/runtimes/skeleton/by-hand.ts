import { byRoot, NO_STEPS } from '../by-root.js';
import type { ByHand } from '../runtime.js';
import { toFill } from './to-fill.js';

export const byHand: ByHand = {
  new_host: {
    needs: toFill('what a new machine needs, such as `restic 0.17.0 or later and Podman`'),
    first: toFill('what people do on it before they restore, in a sentence'),
  },
  has_containers: toFill('whether its services are containers'),
  typist: byRoot,
  workload: (service) =>
    toFill(`how people stop, start and enter ${service.service_name}; see \`unitCommands\` for units`),
  owners: () => toFill('whose the ids of restored files are; null where that goes without saying'),
  recreate: () => toFill('which commands make a volume again that is gone, and do nothing where it is there'),
  steps: NO_STEPS,
};
