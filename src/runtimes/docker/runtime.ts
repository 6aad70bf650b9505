import { folderPart, folders } from '../host-parts.js';
import type { Runtime } from '../runtime.js';

export const docker: Runtime = {
  name: 'docker',
  parts: (_policy, service, placement) =>
    folderPart(service, placement, folders(placement, { host_path: null, docker_volume: 'docker' })),
  isRefused: () => false,
  watched: [],
};
