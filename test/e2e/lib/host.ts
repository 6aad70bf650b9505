import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What a command did. `code` is 128 + n when signal n ended it, 124 when it ran out of time. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Standard input; empty by default. */
  readonly input?: string | Buffer;
  /** Environment instead of this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Resolve with any exit code instead of throwing. */
  readonly allowFail?: boolean;
}

const SIGNAL_BASE = 128;
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Runs a program on the host. Throws with everything it printed when it fails (unless `allowFail`). */
export async function command(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await new Promise<CommandResult>((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'pipe', env: options.env ?? process.env });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({
        code: code ?? SIGNAL_BASE + (SIGNAL_NUMBERS[signal ?? ''] ?? 0),
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      });
    });
    // A command that does not read its input closes the pipe early: not an error of ours.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
  if (result.code !== 0 && options.allowFail !== true) {
    throw new Error(describeFailure([program, ...args].join(' '), result));
  }
  return result;
}

/** One text that says which command failed, how, and what it printed. */
export function describeFailure(what: string, result: CommandResult): string {
  return `exit ${result.code}: ${what}\n--- stdout\n${result.stdout}\n--- stderr\n${result.stderr}`;
}

/** Where trees, unpacked packages and the disks of running machines are kept; never inside the repository. */
export function cacheRoot(): string {
  return process.env.STOWAGE_E2E_CACHE ?? '/var/cache/stowage-e2e';
}

/** A line of progress; stderr, so that a test runner's own output stays whole. */
export function progress(line: string): void {
  process.stderr.write(`e2e: ${line}\n`);
}

/** Host commands the suite uses, and the Debian package that brings each. */
const HOST_PACKAGES: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  dpkg: 'dpkg',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  setpriv: 'util-linux',
  mount: 'mount',
};

/** Installs the host commands that are missing. None of them starts a service. */
export async function ensureHostCommands(): Promise<void> {
  const missing = Object.keys(HOST_PACKAGES).filter((name) => !isOnPath(name));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((name) => HOST_PACKAGES[name] ?? name))];
  progress(`installing ${packages.join(', ')} (missing: ${missing.join(', ')})`);
  await updatePackageLists();
  await command('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

/** Whether a program of this name is on the PATH. */
export function isOnPath(name: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(path.join(folder, name)));
}

let listsAreFresh = false;

/** `apt-get update`, once in a run. */
export async function updatePackageLists(): Promise<void> {
  if (listsAreFresh) return;
  await command('apt-get', ['update', '--quiet']);
  listsAreFresh = true;
}

/** Address of the Debian mirror that the host's apt uses. Throws when apt knows none. */
export function debianMirror(): string {
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  const listing = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)'], {
    encoding: 'utf8',
  });
  for (const line of listing.stdout.split('\n')) {
    const [address, release, component] = line.split(' ');
    if (address !== undefined && release === codename && component === 'main') return address;
  }
  throw new Error(`apt is configured with no Debian mirror for ${codename}: see apt-get indextargets`);
}

/** The host's apt settings that decide whether and how a mirror can be read, as `--aptopt` values. */
export function aptTransportOptions(): string[] {
  const dump = spawnSync('apt-config', ['dump'], { encoding: 'utf8' }).stdout;
  return dump.split('\n').filter((line) => /^Acquire::(https?::proxy|check-(valid-until|date)) /i.test(line));
}

/** Makes a folder and its parents; returns it. */
export function folder(...parts: readonly string[]): string {
  const made = path.join(...parts);
  mkdirSync(made, { recursive: true });
  return made;
}
