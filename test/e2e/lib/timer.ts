import type { Machine } from './machine.js';

/**
 * Lets a timer find its job overdue, as after a weekend with the machine switched off, and waits for the end of the job
 * that it starts. Throws with the job's journal when the job fails.
 *
 * @param unit without its ending, such as `stowage-backup-wiki`
 */
export async function runByTimer(machine: Machine, unit: string): Promise<void> {
  await machine.run(['sh', '-euc', OVERDUE, 'sh', unit]);
}

const OVERDUE = `
started() { systemctl show -P ExecMainStartTimestampMonotonic "$1.service"; }
stamp=/var/lib/systemd/timers/stamp-$1.timer before=$(started "$1")
systemctl stop "$1.timer"
mkdir -p "\${stamp%/*}"; touch -d '3 days ago' "$stamp"
systemctl start "$1.timer"
until [ "$(started "$1")" != "$before" ]; do sleep 0.1; done
while [ "$(systemctl show -P ActiveState "$1.service")" = activating ]; do sleep 0.1; done
[ "$(systemctl show -P Result "$1.service")" = success ] ||
  { journalctl --sync; journalctl --no-pager --output=cat --unit="$1.service"; exit 1; }
`;
