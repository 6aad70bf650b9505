import type { Machine } from './machine.js';

/** Storage of Podman that works on any file system, for root and for users. */
const STORAGE = `[storage]
driver = "vfs"
runroot = "/run/containers/storage"
graphroot = "/var/lib/containers/storage"
`;

/** A system that has nothing of its own: its programs are those of the machine. */
const MAKE = `mkdir -p /opt/bare && cd /opt/bare && mkdir -p usr etc tmp run data files var/lib/postgresql/data proc dev sys
chmod 1777 tmp; ln -sfn ../run var/run
for name in bin sbin lib lib64; do ln -sfn usr/$name $name; done
tar -c . >/opt/bare.tar`;

/** The image, and what its containers have to mount for the programs of the machine. */
export const BARE = 'localhost/bare:1';
export const PROGRAMS = ['/usr:/usr:ro', '/etc:/etc:ro'];

/** Gives Docker and Podman of a machine the image, without a registry; Docker runs afterwards. */
export async function importBareImage(machine: Machine): Promise<void> {
  await machine.write('/etc/containers/storage.conf', STORAGE);
  await machine.run(`systemctl start docker.service; ${MAKE}`);
  await machine.run(`docker import /opt/bare.tar ${BARE}; podman import --quiet /opt/bare.tar ${BARE}`);
}
