import path from 'node:path';
import type { Machine } from './machine.js';
import type { Project } from './program.js';

/** What one start of a job came to. */
export interface JobRun {
  readonly ok: boolean;
  /** What the journal holds of it, systemd's own words too. */
  readonly journal: string;
  /** Units that the failure hook was told of, in order. */
  readonly told: readonly string[];
  /** What the hook was told about this one's failure, empty when it was not told. */
  readonly why: string;
}

export interface Snapshot {
  readonly id: string;
  readonly time: string;
  readonly hostname: string;
  readonly tags: readonly string[];
  readonly paths: readonly string[];
  /** The snapshot that restic compared files with. */
  readonly parent?: string;
}

/** Where the failure hook, which runs as user restic, may write. */
const TOLD = '/var/cache/stowage/told';
/** Where it keeps what it was told about a unit. */
const WHY = '/var/cache/stowage/why-';
const HOOK = `#!/bin/sh\ncat >"${WHY}$1"; echo "$1" >>${TOLD}\n`;

/** `$1` is the unit. Starts follow each other faster here than systemd allows by default (StartLimitBurst=). */
const START = `
rm -f ${TOLD} ${WHY}*; systemctl reset-failed
cursor=$(journalctl --lines=0 --show-cursor | sed -n 's/^-- cursor: //p')
systemctl start "$1"; code=$?
${settled('"$1"')}
journalctl --sync; journalctl --unit="$1" --output=cat --no-pager --after-cursor="$cursor"
exit $code
`;

/** Waits until the unit's failure has been reported: the hook has run, and is not about to run for anything else. */
function settled(unit: string): string {
  return `
name=${unit}; name=\${name%.service}
until systemctl show -P ActiveState ${unit} | grep -Eqx 'failed|inactive'; do sleep 0.05; done
case $(systemctl show -P ActiveState ${unit}) in
  failed)
    [ -z "$(systemctl show -P OnFailure ${unit})" ] ||
      for i in $(seq 300); do ! grep -Fqsx -- "$name" ${TOLD} || break; sleep 0.1; done ;;
esac
while systemctl list-jobs --no-legend | grep -q stowage-lab-failure@; do sleep 0.05; done`;
}

/** A machine with the jobs of one host of a project, and what a scenario does with them. */
export class Jobs {
  readonly machine: Machine;
  /** The rendered folder, on the machine. */
  readonly folder: string;

  private constructor(machine: Machine, folder: string) {
    this.machine = machine;
    this.folder = folder;
  }

  /** Puts password and failure hook on the machine and runs the installer of the rendered host. */
  static async install(machine: Machine, project: Project, host: string): Promise<Jobs> {
    const folder = `/root/${host}`;
    await machine.write('/etc/restic/password', 'a password\n', '600');
    await machine.write('/etc/stowage/on-failure.d/tell', HOOK, '755');
    await machine.copy(path.join(project.rendered, 'hosts', host), folder);
    await machine.run([`${folder}/install.sh`]);
    // What does not answer is knocked at again at once: no scenario waits for minutes.
    await machine.run('systemctl set-environment STOWAGE_KNOCK_PAUSE=0');
    // Four times an hour it would run beside whatever a test is doing, and have words of its own about it.
    await machine.run("systemctl stop 'stowage-*-locks-*.timer'");
    return new Jobs(machine, folder);
  }

  /** Makes a repository with the command that the index prints for it. */
  async init(repository: string): Promise<void> {
    await this.machine.run([`/usr/local/lib/stowage/lab/restic-${repository}.sh`, 'init']);
  }

  /** Starts a job (`backup-wiki`), waits for its end and for the report of its failure. `timeout` in seconds. */
  async start(job: string, timeout = 120): Promise<JobRun> {
    const unit = `stowage-lab-${job}.service`;
    const result = await this.machine.run(['sh', '-c', START, 'sh', unit], { allowFail: true, timeout });
    return {
      ok: result.code === 0,
      journal: result.stdout,
      told: await this.told(),
      why: await this.why(job),
    };
  }

  /** Starts a job, and stops its restic as soon as `when` (a shell condition) holds: it is now in the middle of its work. */
  async freeze(job: string, when: string): Promise<void> {
    const unit = `stowage-lab-${job}.service`;
    await this.machine.run(`systemctl reset-failed; systemctl start --no-block ${unit}`);
    const busy = `case $(systemctl show -P ActiveState ${unit}) in activating) ;; *) journalctl -n 20 -u ${unit}; exit 1 ;; esac`;
    await this.machine.run(`until ${when}; do ${busy}; sleep 0.005; done; ${signal('STOP', unit)}`, {
      timeout: 60,
    });
  }

  /** Sends a signal to all processes of a job. */
  async signal(job: string, name: 'CONT' | 'KILL'): Promise<void> {
    await this.machine.run(signal(name, `stowage-lab-${job}.service`));
  }

  /** Waits for the end of a job that something else has started, and for the report of its failure. */
  async end(job: string): Promise<Pick<JobRun, 'ok' | 'told'>> {
    const unit = `stowage-lab-${job}.service`;
    const result = await this.machine.run(
      `${settled(unit)}\n[ "$(systemctl show -P Result ${unit})" = success ]`,
      { allowFail: true },
    );
    return { ok: result.code === 0, told: await this.told() };
  }

  /** What the failure hook was last told about a job, empty when it was not told. */
  async why(job: string): Promise<string> {
    return (await this.machine.run(`cat ${WHY}stowage-lab-${job} 2>/dev/null || true`)).stdout;
  }

  async told(): Promise<string[]> {
    const lines = await this.machine.run(`cat ${TOLD} 2>/dev/null || true`);
    return lines.stdout.split('\n').slice(0, -1);
  }

  /** {@link resticOf} on this machine. */
  async restic(repository: string, ...args: readonly string[]): Promise<string> {
    return resticOf(this.machine, repository, ...args);
  }

  /** Snapshots in a repository, oldest first; of one service, or of all. */
  async snapshots(repository: string, service?: string): Promise<Snapshot[]> {
    const filter = service === undefined ? [] : ['--tag', `service:${service}`];
    const listing = JSON.parse(
      await this.restic(repository, 'snapshots', '--json', ...filter),
    ) as readonly (Omit<Snapshot, 'tags'> & { tags?: string[] })[];
    return listing
      .map(({ tags, ...snapshot }) => ({ ...snapshot, tags: tags ?? [] }))
      .sort((a, b) => (a.time < b.time ? -1 : 1));
  }

  /** Ids of all snapshots in a repository, oldest first. */
  async snapshotIds(repository: string): Promise<string[]> {
    return (await this.snapshots(repository)).map(({ id }) => id);
  }

  /** Ids of those that a restore may take for the newest one: neither marked as incomplete, nor such a mark. */
  async acceptedIds(repository: string): Promise<string[]> {
    const all = await this.snapshots(repository);
    const marks = all.flatMap(({ id, tags }) => {
      const marked = tags.flatMap((tag) =>
        tag.startsWith('incomplete:') ? [tag.slice('incomplete:'.length)] : [],
      );
      return marked.length === 0 ? [] : [id, ...marked];
    });
    return all.map(({ id }) => id).filter((id) => !marks.includes(id));
  }

  /** Reads the whole repository. Throws when anything in it is damaged. */
  async check(repository: string): Promise<void> {
    await this.restic(repository, 'check', '--read-data');
  }
}

/** restic as a person would run it directly, without a lock: it waits for nobody and leaves nothing behind. */
export async function resticOf(
  machine: Machine,
  repository: string,
  ...args: readonly string[]
): Promise<string> {
  const look = ['restic', '--no-lock', '--no-cache', '--password-file=/etc/restic/password'];
  return (await machine.run([...look, '--repo', repository, ...args])).stdout;
}

/** To all processes of the unit: the main one of most jobs is a script, and restic its child. */
function signal(name: string, unit: string): string {
  return `systemctl kill --kill-whom=all --signal=${name} ${unit}`;
}
