import { folderPart, folders } from '../host-parts.js';
import type { Runtime } from '../runtime.js';

export const baremetal: Runtime = {
  name: 'baremetal',
  parts: (_policy, service, placement) =>
    folderPart(service, placement, folders(placement, { host_path: null, directory: null })),
  isRefused: () => false,
  watched: [],
};
