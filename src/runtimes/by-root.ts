import type { ByHand, OwnSteps } from './runtime.js';

/** For services whose restore is that of their folders, and nothing else. */
export const NO_STEPS: OwnSteps = {
  before: () => [],
  in_place: () => [],
  remake: () => [],
  after: () => [],
};

/** Jobs of the system's manager are root's to handle. */
export const byRoot: ByHand['typist'] = () => 'root';
