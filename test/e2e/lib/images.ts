import type { Machine } from './machine.js';

/** A small system: busybox under all its names; `$1` is the folder, `$2` more programs (`none` for none). */
const MAKE = `
mkdir -p "$1/bin" "$1/etc" "$1/tmp" "$1/usr"; ln -s ../bin "$1/usr/bin"; chmod 1777 "$1/tmp"
echo root:x:0:0:root:/:/bin/sh >"$1/etc/passwd"; echo root:x:0: >"$1/etc/group"
cp /usr/bin/busybox "$1/bin/"; chroot "$1" /bin/busybox --install -s /bin
[ "$2" = none ] || {
  cd /; program=$(command -v "$2"); set -- "$1" "\${program#/}" $(ldd "$program" | grep -o '/[^ ]*')
  root=$1; cp -L "$2" "$root/bin/"; shift 2
  for library do mkdir -p "$root\${library%/*}"; cp -L "$library" "$root$library"; done
}
`;

/**
 * Makes an image without a registry: busybox, and with it restic as the restic image has it.
 *
 * @param name full name, such as `localhost/app:1`
 */
export async function importImage(
  machine: Machine,
  engine: 'docker' | 'podman',
  name: string,
  program: 'none' | 'restic' = 'none',
): Promise<void> {
  const root = '/opt/image';
  await machine.run(['rm', '-rf', root]);
  await machine.run(['sh', '-euc', MAKE, 'sh', root, program]);
  await machine.run(`tar -C ${root} -c . | ${engine} import --change 'CMD ["sh"]' - ${name}`);
}
