import type { Locator } from '../runtime.js';

/** The adapter creates each persistent path on the host itself; there is nothing to look through. */
export const locator: Locator = {
  mounted: (contract) => contract.service_volumes,
  locate: ({ volume }) => ({
    kind: 'directory',
    location: volume.path,
    name: null,
    namespace: null,
    suffix: '',
  }),
};
