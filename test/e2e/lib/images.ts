import type { Machine } from './machine.js';

/** A small system: busybox under all its names; `$1` is the folder; what follows are programs, and folders with some in their `bin`. */
const MAKE = `
root=$1; shift
mkdir -p "$root/bin" "$root/etc" "$root/tmp" "$root/usr"; ln -s ../bin "$root/usr/bin"; chmod 1777 "$root/tmp"
echo root:x:0:0:root:/:/bin/sh >"$root/etc/passwd"; echo root:x:0: >"$root/etc/group"
cp /usr/bin/busybox "$root/bin/"; chroot "$root" /bin/busybox --install -s /bin
cd /
for one do
  if [ -d "$one" ]; then
    cp -a --parents "$one" "$root"
    [ ! -d "$one/bin" ] || ln -s "$one"/bin/* "$root/bin/"
  else
    one=$(command -v "$one")
    rm -f "$root/bin/\${one##*/}"
    cp -L "$one" "$root/bin/"
  fi
  find -L "$one" -type f -exec ldd {} + 2>/dev/null | awk '/=> \\//{ print $3 } /^\\t\\//{ print $1 }'
done | sort -u | while IFS= read -r library; do
  mkdir -p "$root\${library%/*}"; cp -L "$library" "$root$library"
done
`;

/**
 * Makes an image without a registry: busybox, and with it programs of the machine, such as restic as the restic image has it.
 *
 * @param name full name, such as `localhost/app:1`
 * @param programs their names, and absolute paths of folders with some in their `bin`
 */
export async function importImage(
  machine: Machine,
  engine: 'docker' | 'podman',
  name: string,
  ...programs: readonly string[]
): Promise<void> {
  const root = '/opt/image';
  await machine.run(['rm', '-rf', root]);
  await machine.run(['sh', '-euc', MAKE, 'sh', root, ...programs]);
  await machine.run(`tar -C ${root} -c . | ${engine} import --change 'CMD ["sh"]' - ${name}`);
}
