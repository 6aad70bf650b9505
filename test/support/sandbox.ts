import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** timeout(1) that ends nothing. It does itself what the stand-in for restic beside it does, so that it starts no other shell. */
export const TIMEOUT = `#!/bin/sh
[ "$1" -gt 0 ] && shift || exit 125
[ "$1" = restic ] || exec "$@"
shift
. "\${0%/*}/restic"
`;

/** A folder with these of the machine's programs and nothing else, for a script whose `PATH` it is; to be removed. */
export function programsFolder(names: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'stowage-programs-'));
  const found = execFileSync('sh', ['-c', `for name in ${names}; do command -v $name; done`], {
    encoding: 'utf8',
  });
  for (const file of found.trim().split('\n')) symlinkSync(file, path.join(folder, path.basename(file)));
  return folder;
}

/** A folder for one script: programs that stand in for real ones are in `bin`, and write what they are told to `$AT/calls`. */
export class Sandbox {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'stowage-sandbox-'));

  at(name: string): string {
    return path.join(this.folder, name);
  }

  has(name: string): boolean {
    return existsSync(this.at(name));
  }

  write(name: string, text: string, mode = 0o644): string {
    const file = this.at(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
    return file;
  }

  /** A program that notes its name and its words, and then does what the shell text says. */
  standIn(name: string, script = ''): void {
    this.write(`bin/${name}`, `#!/bin/sh\necho "${name} $*" >>"$AT/calls"\n${script}\n`, 0o755);
  }

  /** Empty where there is no such file. */
  text(name: string): string {
    return this.has(name) ? readFileSync(this.at(name), 'utf8') : '';
  }

  lines(name: string): string[] {
    return this.text(name).split('\n').slice(0, -1);
  }

  /** What was called since the last look. */
  calls(): string[] {
    const calls = this.lines('calls');
    rmSync(this.at('calls'), { force: true });
    return calls;
  }

  /** No test can time out while it waits for this, so a script that goes on for ever is killed here, with all that it started. */
  run(script: string, args: readonly string[] = [], more: NodeJS.ProcessEnv = {}) {
    const options = {
      encoding: 'utf8' as const,
      detached: true,
      timeout: 100_000,
      killSignal: 'SIGKILL' as const,
      env: {
        PATH: `${this.at('bin')}:${process.env.PATH ?? ''}`,
        AT: this.folder,
        HOME: this.folder,
        ...more,
      },
    };
    const { status, stdout, stderr, pid, error } = spawnSync('sh', [script, ...args], options);
    if (error !== undefined) {
      spawnSync('pkill', ['-KILL', '--session', String(pid)]);
      throw new Error(`${script} did not end: ${stdout}${stderr}`, { cause: error });
    }
    return { code: status, out: stdout, err: stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
