import type { Machine } from './machine.js';

export interface Play {
  /** What Ansible printed. */
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  /** How many tasks changed something; -1 when it did not come to a recap. */
  readonly changed: number;
}

export interface PlayOptions {
  readonly allowFail?: boolean;
  /** Who runs it; root by default. */
  readonly user?: string;
}

/** A unit, as any login has one: logind turns lingering on for nobody else. */
const UNIT = ['systemd-run', '--quiet', '--wait', '--pipe', '--collect', '--setenv=LC_ALL=C.UTF-8'];

/** Runs the playbook of the rendered tree `folder` (on the machine) for the machine itself. */
export async function play(
  machine: Machine,
  folder: string,
  args = '',
  { allowFail = false, user = 'root' }: PlayOptions = {},
): Promise<Play> {
  const command = `ansible-playbook -i ${machine.name}, -c local ${args} ${folder}/ansible/deploy.yml`;
  const unit = [...UNIT, `--uid=${user}`, '--', 'sh', '-c', command];
  const { stdout, stderr, code } = await machine.run(unit, { allowFail, timeout: 300 });
  return { stdout, stderr, code, changed: changedOn(machine.name, stdout) };
}

/** From the recap's line of the host: there is one of the controller too. */
function changedOn(host: string, stdout: string): number {
  return Number(new RegExp(`^${host} .*changed=(\\d+)`, 'm').exec(stdout)?.[1] ?? -1);
}
