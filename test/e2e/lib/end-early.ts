import { expect } from '@jest/globals';
import type { Machine } from './machine.js';

/** How systemd ends a job that still runs. */
export const EARLY_ENDS = ['is stopped', 'runs out of time'] as const;
type EarlyEnd = (typeof EARLY_ENDS)[number];

/**
 * Ends a job that is running (or frozen: `then` lets it go on) as systemd does, and waits for that. The time-out is lowered
 * only now, so that it passes when the job is where the test wants it.
 *
 * @param unit its name, with `.service`
 * @param systemctl what asks the manager of the unit, where that is not the system's
 * @param folder where its drop-ins are
 */
export async function endEarly(
  run: (command: string) => Promise<unknown>,
  unit: string,
  how: EarlyEnd,
  then = ':',
  { systemctl = 'systemctl', folder = '/etc/systemd/system' } = {},
): Promise<void> {
  const dropIn = `${folder}/${unit}.d`;
  const ended = `while ${systemctl} show -P ActiveState ${unit} | grep -Eqx 'activating|deactivating'; do sleep 0.05; done`;
  if (how === 'is stopped') {
    await run(`${systemctl} stop --no-block ${unit}; ${then}; ${ended}`);
    return;
  }
  await run(`mkdir -p ${dropIn}; printf '[Service]\\nTimeoutStartSec=1s\\n' >${dropIn}/short.conf
    ${systemctl} daemon-reload
    until [ "$(${systemctl} show -P SubState ${unit})" != start ]; do sleep 0.05; done; ${then}; ${ended}
    test "$(${systemctl} show -P Result ${unit})" = timeout; code=$?
    rm -r ${dropIn}; ${systemctl} daemon-reload; exit $code`);
}

/** No lock is left in the repository in this folder, and no process of restic or of what carries its data; of a user, or of all. */
export async function expectNothingLeft(machine: Machine, folder: string, user = '*'): Promise<void> {
  const { stdout } = await machine.run(
    `find ${folder}/locks -type f; for process in /proc/[0-9]*; do
      case $(stat -c %U "$process" 2>/dev/null)/$(cat "$process/comm" 2>/dev/null) in
        ${user}/restic | ${user}/rclone | ${user}/ssh | ${user}/vzdump) tr '\\0' ' ' <"$process/cmdline" ;;
      esac
    done`,
  );
  expect(stdout).toBe('');
}
