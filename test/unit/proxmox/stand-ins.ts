import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  existsSync,
  rmSync,
  writeFileSync,
  readdirSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * vzdump(1): `--stdout` takes one guest and excludes `--storage`; the log goes to stderr; for a guest that is not on this
 * node it ends with 0 and no output. `$STAND_IN` chooses how it goes.
 */
const VZDUMP = `#!/bin/sh
# Its environment is a clean one, so how it goes stands in a file.
[ -z "\${CALLS-}\${AWS_SECRET_ACCESS_KEY-}" ] || exit 99
. "\${0%/*}/../environment"
echo "vzdump $* HOME=$HOME" >> "$CALLS"
case " $* " in *' --stdout '*' --storage '* | *' --storage '*' --stdout '*) exit 255 ;; esac
dumpdir=
for word do
  [ "$last" != --dumpdir ] || dumpdir=$word
  last=$word
done
out=/dev/stdout
[ -z "$dumpdir" ] || { out=$dumpdir/vzdump-lxc-$1-2026_01_02-03_04_05.tar; echo log > "$dumpdir/vzdump-lxc-$1-2026_01_02-03_04_05.log"; }
echo "INFO: Starting Backup of VM $1 (lxc)" >&2
case $STAND_IN in
  elsewhere) [ -z "$dumpdir" ] || rm "$dumpdir"/*.log; exit 0 ;;
  empty) : > "$out" ;;
  partial) printf 'half of the du' > "$out"; exit 255 ;;
  refused) echo 'ERROR: CT is locked (backup)' >&2; exit 255 ;;
  killed) printf 'half' > "$out"; kill -9 $PPID ;;
  twice) cp /etc/hostname "$dumpdir/vzdump-lxc-$1-2026_01_01-00_00_00.tar"; cat "$DUMP" > "$out" ;;
  *) cat "$DUMP" > "$out" ;;
esac
`;

/** pct(1): unknown guests, and those of other nodes, have no configuration here. */
const PCT = `#!/bin/sh
echo "pct $*" >> "$CALLS"
case $1 in
  status) [ "$STAND_IN" != unknown ] || { echo "Configuration file 'nodes/pve1/lxc/$2.conf' does not exist" >&2; exit 2; }
    echo 'status: stopped' ;;
  restore) cp "$3" "$RESTORED" ;;
esac
`;

/** Only the command behind the options: a test is no root. */
const SETPRIV = `#!/bin/sh
while :; do case $1 in --*) shift ;; *) break ;; esac; done
exec "$@"
`;

/** restic(1) 0.19: a failing command saves nothing; a command without output saves an empty file, and ends with 3. */
const RESTIC = `#!/bin/sh
echo "restic $*" >> "$CALLS"
[ "$1" != version ] || { echo "restic $RESTIC_VERSION compiled with go"; exit 0; }
[ "$STAND_IN" != broken-restic ] || { echo 'Fatal: repository is locked' >&2; exit 11; }
for file do :; done
while [ "$#" -gt 0 ] && [ "$1" != -- ]; do shift; done
if [ "$#" -eq 0 ]; then cp "$file" "$SAVED"; exit; fi
shift
"$@" > "$SAVED.unfinished" || { rm "$SAVED.unfinished"; exit 1; }
mv "$SAVED.unfinished" "$SAVED"
[ -s "$SAVED" ] || exit 3
`;

/** The script that judges the snapshot, without judging. */
const BACKUP = `#!/bin/sh
echo "backup.sh $*" >> "$CALLS"
while [ "$1" != -- ]; do shift; done
shift
exec restic backup "$@"
`;

const MOUNT = `#!/bin/sh
echo "mount $*" >> "$CALLS"
for word do from=$to to=$word; done
cp "$from"/*.tar "$to/"
`;

/** \`pvesh get /cluster/nextid\`. */
const PVESH = '#!/bin/sh\necho 101\n';

export interface ScriptRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What each stand-in was called with, one line each. */
  readonly calls: string;
  /** The bytes of the snapshot; null when none was saved. */
  readonly saved: Buffer | null;
}

/** A Proxmox node in a folder: programs that behave as the documented ones do, /etc/pve and a dump directory. */
export class Node {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'stowage-node-'));
  readonly dumpdir = this.make('dump');
  readonly dump: Buffer;

  /** `dump`: what vzdump gives. */
  constructor(dump: Buffer) {
    this.dump = dump;
    this.make('view');
    this.write('DUMP', dump);
    const programs = {
      vzdump: VZDUMP,
      pct: PCT,
      setpriv: SETPRIV,
      restic: RESTIC,
      'backup.sh': BACKUP,
      mount: MOUNT,
      pvesh: PVESH,
    };
    for (const [name, text] of Object.entries(programs)) this.program(name, text);
    this.config('pve/lxc/120.conf', 'arch: amd64\nrootfs: local-lvm:vm-120-disk-0,size=8G\n');
  }

  /** Writes a file below /etc/pve (`pve/...`). */
  config(name: string, text: string): void {
    this.make(path.dirname(name));
    this.write(name, text);
  }

  removeConfig(): void {
    rmSync(path.join(this.folder, 'pve/lxc/120.conf'));
  }

  program(name: string, text: string): string {
    this.make('bin');
    this.write(`bin/${name}`, text);
    const file = path.join(this.folder, 'bin', name);
    chmodSync(file, 0o755);
    return file;
  }

  /** Runs a rendered script with its places on this node instead of the real ones. */
  run(
    script: string,
    options: { readonly args?: readonly string[]; readonly standIn?: string; readonly restic?: string } = {},
  ): ScriptRun {
    const text = script
      .replaceAll('/etc/pve', path.join(this.folder, 'pve'))
      .replaceAll('view=/backup/app', `view=${path.join(this.folder, 'view')}`)
      .replaceAll('/usr/local/lib/stowage/lab/', `${path.join(this.folder, 'bin')}/`)
      .replaceAll('/dump/dir', this.dumpdir);
    const file = this.program('script.sh', text);
    const environment = {
      STAND_IN: options.standIn ?? 'well',
      ...Object.fromEntries(
        ['DUMP', 'CALLS', 'SAVED', 'RESTORED'].map((name) => [name, path.join(this.folder, name)]),
      ),
    };
    this.write(
      'environment',
      Object.entries(environment)
        .map(([name, value]) => `${name}='${value}'\n`)
        .join(''),
    );
    for (const name of ['SAVED', 'CALLS', 'RESTORED']) rmSync(path.join(this.folder, name), { force: true });
    const result = spawnSync('/bin/sh', [file, ...(options.args ?? [])], {
      encoding: 'utf8',
      env: {
        PATH: `${path.join(this.folder, 'bin')}:/usr/bin:/bin`,
        HOME: '/var/lib/restic',
        STATE_DIRECTORY: '/var/lib/stowage/lab/jobs/vzdump-app',
        RESTIC_VERSION: options.restic ?? '0.19.1',
        AWS_SECRET_ACCESS_KEY: 'secret',
        ...environment,
      },
    });
    return {
      code: result.status ?? 128,
      stdout: result.stdout,
      stderr: result.stderr,
      calls: this.read('CALLS')?.toString() ?? '',
      saved: this.read('SAVED'),
    };
  }

  /** What is in the dump directory. */
  leftOver(): string[] {
    return readdirSync(this.dumpdir, { recursive: true }).map(String);
  }

  read(name: string): Buffer | null {
    const file = path.join(this.folder, name);
    return existsSync(file) ? readFileSync(file) : null;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private make(name: string): string {
    const folder = path.join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  private write(name: string, content: string | Buffer): void {
    writeFileSync(path.join(this.folder, name), content);
  }
}
