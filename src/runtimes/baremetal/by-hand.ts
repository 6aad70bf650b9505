import type { ByHand } from '../runtime.js';
import { unitCommands } from '../units.js';

export const byHand: ByHand = {
  workload: (service) => ({ ...unitCommands(service), inside: [] }),
};
