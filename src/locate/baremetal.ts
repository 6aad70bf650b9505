import type { Locator } from './location.js';

/** Bare metal. The adapter creates each persistent path on the host itself; there is nothing to look through. */
export const baremetal: Locator = {
  runtime: 'baremetal',
  mounted: (contract) => contract.service_volumes,
  locate: ({ volume }) => ({
    kind: 'directory',
    location: volume.path,
    name: null,
    namespace: null,
    suffix: '',
  }),
};
