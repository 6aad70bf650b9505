import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeGroups } from './cgroups.js';
import { ASK, noteAnswers } from './engines.js';
import { command, describeFailure, folder, type CommandResult } from './host.js';
import { nspawn } from './nspawn.js';
import { currentRun, endGroup, groupName, noteTime } from './runs.js';
import { treeFolder, type TreeName } from './tree.js';

export interface RunOptions {
  /** Standard input; empty by default. */
  readonly input?: string | Buffer;
  /** Seconds until the command is killed (exit code 124); 120 by default. */
  readonly timeout?: number;
  /** Resolve with any exit code instead of throwing. */
  readonly allowFail?: boolean;
}

export interface BootOptions {
  /**
   * Folders of the guest that get an empty folder of the host's own file system instead of the machine's overlay,
   * for engines that stack overlays of their own.
   */
  readonly disks?: readonly string[];
}

const BOOT_PATIENCE_MS = 30_000;
const STOP_PATIENCE_MS = 15_000;
export const DEFAULT_TIMEOUT_SECONDS = 120;
const GUEST_ENVIRONMENT = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'LC_ALL=C.UTF-8',
];

/**
 * Joins the control groups, mounts the tree under a fresh writable layer and becomes systemd-nspawn. The mounts are
 * made in a mount namespace of its own: however the machine ends, they end with it, and so does what systemd-nspawn
 * leaves below /run. `volatile` leaves out syncing to disk, which nobody needs of a machine that is thrown away.
 */
const LAUNCH = `
set -eu
disk=$1 tree=$2; shift 2
while [ "$1" != -- ]; do echo $$ > "$1"; shift; done; shift
rm -rf "$disk/work/work/incompat"
mount -t tmpfs stowage /run
mount -t overlay stowage -o "lowerdir=$tree,upperdir=$disk/upper,workdir=$disk/work,volatile" "$disk/root"
exec "$@"
`;

/**
 * A booted Debian of its own: systemd as process 1, a private network with loopback only, and a disk that starts as
 * a cached tree and is gone after `stop`.
 */
export class Machine {
  readonly name: string;
  readonly #tree: string;
  readonly #disk: string;
  readonly #disks: readonly string[];
  readonly #group: string;
  #isNew = true;
  #nspawn: ChildProcess | null = null;
  #init = 0;

  constructor(tree: TreeName, name: string, options: BootOptions = {}) {
    this.name = name;
    this.#tree = treeFolder(tree);
    // Scenarios that run at the same time may call a machine alike.
    const own = `${name}-${process.env.JEST_WORKER_ID ?? 'alone'}`;
    this.#disk = folder(currentRun(), own);
    this.#disks = options.disks ?? [];
    this.#group = groupName(currentRun(), own);
  }

  /** Boots; also again after `powerOff`, with the disk as it was left. Resolves when systemd has finished starting. */
  async powerOn(): Promise<void> {
    const started = Date.now();
    for (const part of ['upper', 'work', 'root']) folder(this.#disk, part);
    const { program, libraryPath } = nspawn();
    const console = openSync(this.#consoleFile(), 'a');
    const namespace = ['--pdeathsig', 'KILL', '--', 'unshare', '--mount', '--propagation', 'private', '--'];
    const launch = ['sh', '-c', LAUNCH, 'sh', this.#disk, this.#tree, ...makeGroups(this.#group), '--'];
    this.#nspawn = spawn('setpriv', [...namespace, ...launch, program, ...this.#nspawnArguments()], {
      stdio: ['ignore', console, console],
      env: { ...process.env, LD_LIBRARY_PATH: libraryPath, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' },
    });
    closeSync(console);
    await this.#waitUntilUp(started + BOOT_PATIENCE_MS);
    noteTime(`boot ${this.name}`, Date.now() - started);
    if (this.#isNew) noteAnswers((await this.run(ASK)).stdout);
    this.#isNew = false;
  }

  /** Shuts down in order, as a person would; the disk stays for `powerOn`. */
  async powerOff(): Promise<void> {
    const nspawnProcess = this.#nspawn;
    if (nspawnProcess?.exitCode === null && nspawnProcess.signalCode === null) {
      const ended = once(nspawnProcess, 'exit');
      nspawnProcess.kill('SIGTERM'); // systemd-nspawn(1): orderly shutdown of the guest
      await Promise.race([ended, sleep(STOP_PATIENCE_MS, undefined, { ref: false })]);
    }
    await this.crash();
  }

  /** Ends the machine as a power cut does; the disk stays for `powerOn`. */
  async crash(): Promise<void> {
    this.#init = 0;
    await endGroup(this.#group);
    this.#nspawn = null;
  }

  /** Ends the machine and removes its disk. */
  async stop(): Promise<void> {
    await this.crash();
    rmSync(this.#disk, { recursive: true, force: true });
  }

  /**
   * Runs a shell command line (`sh -c`) or, given a list, a program with arguments, as root in the machine.
   * Throws with everything it printed when it fails, unless `allowFail`.
   */
  async run(what: string | readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    if (this.#init === 0) throw new Error(`${this.name} is not running`);
    const guestCommand = typeof what === 'string' ? ['sh', '-c', what] : what;
    const limit = String(options.timeout ?? DEFAULT_TIMEOUT_SECONDS);
    const timed = ['timeout', '--kill-after=5', limit, ...guestCommand];
    const enter = ['-t', String(this.#init), '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', '--'];
    const result = await command('nsenter', [...enter, 'env', '-i', ...GUEST_ENVIRONMENT, ...timed], {
      ...(options.input === undefined ? {} : { input: options.input }),
      allowFail: true,
    });
    if (result.code !== 0) this.#expectAlive();
    if (result.code !== 0 && options.allowFail !== true) {
      throw new Error(`on ${this.name}: ${describeFailure(guestCommand.join(' '), result)}`);
    }
    return result;
  }

  /** A machine that ended by itself is no result of a command. */
  #expectAlive(): void {
    const { exitCode = null, signalCode = null } = this.#nspawn ?? {};
    if (exitCode === null && signalCode === null) return;
    throw new Error(`${this.name} has ended by itself (${signalCode ?? exitCode})\n${this.consoleText()}`);
  }

  /** Copies a file or folder of the host into the machine, modes and times kept, owned by root. */
  async copy(hostPath: string, guestPath: string): Promise<void> {
    const archive = `${this.#disk}/copy.tar`;
    const from = path.resolve(hostPath);
    await command('tar', [
      '-cf',
      archive,
      '--owner=0',
      '--group=0',
      '-C',
      path.dirname(from),
      path.basename(from),
    ]);
    const unpack = 'rm -rf -- "$1.copy" && mkdir -p -- "$1.copy" && tar -xpf - -C "$1.copy"';
    const place = 'rm -rf -- "$1" && mv -T -- "$1.copy/$2" "$1" && rmdir -- "$1.copy"';
    await this.run(['sh', '-euc', `${unpack}\n${place}`, 'sh', guestPath, path.basename(from)], {
      input: readFileSync(archive),
    });
    rmSync(archive);
  }

  /** Text of a file in the machine. */
  async read(guestPath: string): Promise<string> {
    return (await this.run(['cat', '--', guestPath])).stdout;
  }

  /** Writes a file in the machine, its folder too if missing. `mode` as chmod(1) takes it. */
  async write(guestPath: string, content: string, mode = '644'): Promise<void> {
    const script = 'mkdir -p -- "$(dirname -- "$1")"\ncat > "$1"\nchmod -- "$2" "$1"';
    await this.run(['sh', '-euc', script, 'sh', guestPath, mode], { input: content });
  }

  /** What the machine printed on its console. */
  consoleText(): string {
    return readFileSync(this.#consoleFile(), 'utf8');
  }

  #consoleFile(): string {
    return path.join(this.#disk, 'console.log');
  }

  #nspawnArguments(): string[] {
    const binds = this.#disks.map((guest) => {
      const source = folder(this.#disk, 'disks', guest.replaceAll('/', '_'));
      return `--bind=${source}:${guest}`;
    });
    return [
      `--directory=${this.#disk}/root`,
      '--boot',
      '--register=no',
      '--keep-unit',
      `--machine=${this.#group}`,
      `--hostname=${this.name}`,
      '--console=pipe',
      '--private-network',
      '--system-call-filter=@keyring bpf',
      ...binds,
    ];
  }

  /** A degraded machine is up, and says on stderr which units failed. */
  async #waitUntilUp(deadline: number): Promise<void> {
    for (;;) {
      const state = await this.#bootState();
      if (state === 'running') return;
      if (state === 'degraded') {
        const failed = await this.run('systemctl --failed --no-legend --plain');
        process.stderr.write(`e2e: ${this.name} is up, with failed units:\n${failed.stdout}`);
        return;
      }
      if (this.#nspawn?.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${this.name} did not boot (${state})\n${this.consoleText()}`);
      }
      await sleep(30);
    }
  }

  async #bootState(): Promise<string> {
    this.#init = guestInit(this.#nspawn?.pid ?? 0);
    if (this.#init === 0) return 'no process 1 yet';
    const asked = await this.run('systemctl is-system-running', { allowFail: true });
    return asked.stdout.trim();
  }
}

/** Boots a machine from a cached tree. Every machine of a scenario needs a name of its own; it is also the host name. */
export async function boot(tree: TreeName, name: string, options: BootOptions = {}): Promise<Machine> {
  const machine = new Machine(tree, name, options);
  await machine.powerOn();
  return machine;
}

/**
 * The guest's process 1 among the children of systemd-nspawn; 0 while there is none. Only a process that is number 1
 * of its own namespace will do: what we run must never end up among the host's processes.
 */
function guestInit(nspawnPid: number): number {
  try {
    const children = readFileSync(`/proc/${nspawnPid}/task/${nspawnPid}/children`, 'utf8').trim().split(' ');
    const init = children.find((pid) => /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
    return Number(init ?? 0);
  } catch {
    return 0; // the process or a child ended meanwhile
  }
}
