import type { Machine } from './machine.js';
import { LOGIN } from './rootless.js';

/** Whose systemd is asked. */
type Scope = 'system' | 'user';

/** What every service of ours is to systemd, whatever it does; as `systemctl show` says it. */
export const EVERY_JOB = {
  ...{ Type: 'oneshot', User: 'restic', Group: 'restic', CacheDirectory: 'stowage' },
  ...{ NoNewPrivileges: 'yes', PrivateTmp: 'yes', KeyringMode: 'private', SuccessExitStatus: '' },
} as const;

/** And what each but those of guests is, which are root's. */
export const EVERY_SANDBOX = {
  ...{ ProtectSystem: 'strict', PrivateDevices: 'yes', PrivateMounts: 'yes', UMask: '0077', IOWeight: '20' },
  ...{ RestrictNamespaces: 'yes', MemoryDenyWriteExecute: 'yes', LockPersonality: 'yes' },
} as const;

/** What the timer of a backup (`backup-wiki`) starts. */
export function queued(job: string): string {
  return `stowage-lab-queue@stowage-lab-${job}.service`;
}

/** What systemd knows of a unit, by property. */
export async function shown(
  machine: Machine,
  unit: string,
  scope: Scope = 'system',
): Promise<Record<string, string>> {
  const { stdout } = await machine.run(asked(scope, `show --all ${unit}`));
  return Object.fromEntries(
    stdout.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

/** The timers of ours that are enabled and active: the service of each, and when it is due. */
export async function timers(
  machine: Machine,
  scope: Scope = 'system',
): Promise<Record<string, readonly string[]>> {
  const { stdout } = await machine.run(asked(scope, `list-unit-files --no-legend 'stowage-*.timer'`));
  const names = stdout.split('\n').flatMap((line) => line.split(/\s+/).slice(0, 1).filter(Boolean));
  const all = await Promise.all(
    names.map(async (name) => {
      const { Unit = '', TimersCalendar = '', ...timer } = await shown(machine, name, scope);
      const due = [...TimersCalendar.matchAll(/OnCalendar=(.*?) ;/g)].map(([, calendar = '']) => calendar);
      const isSound = timer.UnitFileState === 'enabled' && timer.Persistent === 'yes';
      return [name, [Unit, ...due, ...(isSound ? [] : ['not enabled, or forgets what it missed'])]] as const;
    }),
  );
  return Object.fromEntries(all);
}

/** What systemd finds wrong with the installed units of ours, such as a setting that it does not know. */
export async function mistakes(machine: Machine): Promise<string> {
  const { stdout } = await machine.run(
    "cd /etc/systemd/system && systemd-analyze verify --man=no $(ls | grep '^stowage-.*[a-z]\\.[st]') 2>&1 | grep stowage || true",
  );
  return stdout;
}

function asked(scope: Scope, command: string): string[] {
  const login = scope === 'user' ? LOGIN : [];
  return [...login, 'sh', '-c', `systemctl --${scope} --no-pager ${command}`];
}
