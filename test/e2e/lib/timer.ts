import type { Machine } from './machine.js';
import { HOME, LOGIN } from './rootless.js';

/**
 * Lets a timer find its job overdue, as after a weekend with the machine switched off, and waits for the end of the job
 * that it starts. Throws with the job's journal when the job fails.
 *
 * @param unit without its ending, such as `stowage-lab-backup-wiki`
 */
export async function runByTimer(machine: Machine, unit: string): Promise<void> {
  await machine.run(['sh', '-euc', OVERDUE, 'sh', unit, '--system', '/var/lib/systemd/timers']);
}

/** The same with a timer of the user with rootless containers. */
export async function runByUserTimer(machine: Machine, unit: string): Promise<void> {
  const stamps = `${HOME}/.local/share/systemd/timers`;
  const { code } = await machine.run([...LOGIN, 'sh', '-euc', OVERDUE, 'sh', unit, '--user', stamps], {
    allowFail: true,
  });
  if (code === 0) return;
  const { stdout } = await machine.run('journalctl --sync; journalctl --no-pager --output=cat --lines=60');
  throw new Error(`${unit} of the user failed:\n${stdout}`);
}

const OVERDUE = `
ctl() { systemctl "$scope" "$@"; }
started() { ctl show -P ExecMainStartTimestampMonotonic "$1.service"; }
scope=$2 stamp=$3/stamp-$1.timer
before=$(started "$1")
ctl stop "$1.timer"
mkdir -p "\${stamp%/*}"; touch -d '3 days ago' "$stamp"
ctl start "$1.timer"
until [ "$(started "$1")" != "$before" ]; do sleep 0.1; done
while [ "$(ctl show -P ActiveState "$1.service")" = activating ]; do sleep 0.1; done
# The queue notes last that the job has run.
while ctl --quiet is-active "$(ctl show -P Unit "$1.timer")"; do sleep 0.1; done
[ "$(ctl show -P Result "$1.service")" = success ] ||
  { journalctl --sync; journalctl --no-pager --output=cat --unit="$1.service"; exit 1; }
`;
