import type { CommandResult } from './host.js';
import { DEFAULT_TIMEOUT_SECONDS, Machine, type RunOptions } from './machine.js';

/** Emulated, all takes about ten times as long. */
const SLOWER = 10;
const SSH = [
  ...['ssh', '-p', '2222', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
  ...['-o', 'LogLevel=ERROR', 'root@127.0.0.1'],
];
const UNITS = ['ssh.service', 'systemd-networkd.service'];

/** By emulation: a host's /dev/kvm need not work where the host is a virtual machine itself. */
const BOOT = `
set -eu
mkdir /run/root; mount --bind / /run/root
mke2fs -q -t ext4 -d /run/root /disk/image 2G
umount /run/root
qemu-system-x86_64 -daemonize -accel tcg -cpu max -smp 2 -m 1024 -nodefaults -no-reboot -display none \\
  -serial file:/disk/console -kernel /boot/vmlinuz-* -initrd /boot/initrd.img-* \\
  -append 'root=/dev/vda rw console=ttyS0 quiet ${UNITS.map((unit) => `systemd.wants=${unit}`).join(' ')}' \\
  -drive file=/disk/image,format=raw,if=virtio,cache=unsafe -device virtio-rng-pci \\
  -netdev user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22 -device virtio-net-pci,netdev=net,romfile=
until ${SSH.join(' ')} -o ConnectTimeout=10 true 2>/dev/null; do
  pidof qemu-system-x86_64 >/dev/null || { cat /disk/console; exit 1; }
  sleep 0.5
done
${SSH.join(' ')} systemctl is-system-running --wait`;

/**
 * A machine that can go on with Debian's own kernel, for what the kernel of a host may lack. That one is emulated inside the
 * machine, and ends with it.
 */
export class KernelMachine extends Machine {
  #hasOwnKernel = false;

  constructor(name: string) {
    super('kernel', name, { disks: ['/disk'] });
  }

  /** Boots the kernel with a disk that is the machine's own as it is now: from here on everything runs there. */
  async bootKernel(): Promise<void> {
    await super.run(BOOT, { timeout: DEFAULT_TIMEOUT_SECONDS * SLOWER });
    this.#hasOwnKernel = true;
  }

  override async run(what: string | readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    if (!this.#hasOwnKernel) return super.run(what, options);
    const words = typeof what === 'string' ? ['sh', '-c', what] : what;
    // The server hands one line to a shell.
    const line = words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
    const timeout = (options.timeout ?? DEFAULT_TIMEOUT_SECONDS) * SLOWER;
    return super.run([...SSH, ...line], { ...options, timeout });
  }
}
