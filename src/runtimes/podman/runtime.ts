import { folderPart, folders } from '../host-parts.js';
import type { Runtime } from '../runtime.js';
import { watchedImage } from '../watched-facts.js';

/** Rootless services differ in who runs the job, not in what is backed up. */
export const podman: Runtime = {
  name: 'podman',
  parts: ({ runtimes }, service, placement) =>
    folderPart(
      service,
      placement,
      folders(placement, { host_path: null, podman_volume: 'podman' }),
      placement.scope === 'user' ? { image: runtimes.podman.image } : {},
    ),
  isRefused: () => false,
  watched: [watchedImage('rootless jobs', /\.container$/, /^Image=(\S+)/gm)],
};
