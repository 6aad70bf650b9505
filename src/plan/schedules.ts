import type { BackupSettings, Contract } from '../contract/contract.js';
import type { Policy, Repository } from '../policy/policy.js';
import { formatCron, type CronSchedule } from '../schedule/cron.js';
import { knownSchedule, scheduleAt } from '../schedule/job-schedule.js';
import { offsetRoom } from '../schedule/offset.js';
import { placeOffsets, weightOf, type Placeable } from '../schedule/placement.js';
import { runsBetween, SIMULATION, type Clockwork } from '../schedule/runs.js';
import type { Zones } from '../schedule/zone.js';
import type { Deployed } from './deployments.js';
import type { JobSchedule } from './plan.js';
import { effectiveSettings } from './settings.js';

/** Kubernetes looks at the clock on the wall, everything else here runs under systemd timers. */
export function clockworkOf(runtime: string): Clockwork {
  return runtime === 'kubernetes' ? 'kubernetes' : 'systemd';
}

/** The clockwork of a repository's maintenance. */
export function maintenanceClockwork(repository: Pick<Repository, 'maintenance'>): Clockwork {
  return repository.maintenance.kind === 'namespace' ? 'kubernetes' : 'systemd';
}

/** The size that a contract declares, in GB; null where it declares none. */
export function declaredGigabytes(contract: Contract): number | null {
  if (contract.service_storage_gb !== null) return contract.service_storage_gb;
  const sizes = [contract.pvc?.size, ...contract.service_volumes.map((volume) => volume.size)].flatMap(
    (size) => {
      const gigabytes = size == null ? null : parseQuantity(size);
      return gigabytes === null ? [] : [gigabytes];
    },
  );
  return sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0);
}

const UNITS: Readonly<Record<string, number>> = { '': 1e-9, K: 1e-6, M: 1e-3, G: 1, T: 1e3, P: 1e6 };

/** A Kubernetes quantity such as `20Gi` in GB, near enough to tell large from small. */
function parseQuantity(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([KMGTP]?)i?B?$/i.exec(text);
  const unit = UNITS[match?.[2]?.toUpperCase() ?? '-'];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

/**
 * The backup times of every placement, offsets chosen: level in each repository and on each host, and clear of the
 * repository's maintenance where the spread leaves room.
 */
export function placeBackups(
  policy: Policy,
  deployed: readonly Deployed[],
  zones: Zones,
): Map<Deployed, JobSchedule> {
  const avoided = new Map<string, ReadonlySet<number>>();
  const settings = deployed.map((entry) => effectiveSettings(policy, entry.contract));
  const jobs = deployed.map((entry, index): Placeable => {
    const own = settings[index] ?? policy.defaults;
    const schedule = knownSchedule(own.schedule);
    const room = offsetRoom(schedule, own.spread);
    const name = `${formatCron(schedule)} ${own.timezone} ${room}`;
    const clockwork = clockworkOf(entry.runtime);
    const at = `${name} ${clockwork} ${own.repository}`;
    const avoid = avoided.get(at) ?? maintenanceOffsets(policy, own, schedule, room, zones, clockwork);
    avoided.set(at, avoid);
    const host = entry.host === null ? [] : [`host ${entry.host} ${name}`];
    return {
      key: [entry.contract.service_id, entry.runtime, entry.host ?? ''],
      room,
      weight: weightOf(declaredGigabytes(entry.contract)),
      pools: [`repository ${own.repository} ${name}`, ...host],
      avoid,
    };
  });
  const offsets = placeOffsets(jobs);
  return new Map(
    deployed.map((entry, index) => {
      const { schedule, timezone } = settings[index] ?? policy.defaults;
      return [entry, scheduleAt(schedule, timezone, offsets[index] ?? 0)];
    }),
  );
}

/** The offsets that would put a backup within the margin of the repository's forget, prune or check. */
function maintenanceOffsets(
  policy: Policy,
  settings: BackupSettings,
  schedule: CronSchedule,
  room: number,
  zones: Zones,
  clockwork: Clockwork,
): ReadonlySet<number> {
  const repository = policy.repositories.find(({ name }) => name === settings.repository);
  const found = new Set<number>();
  if (repository === undefined || room === 1 || repository.margin === 0) return found;
  const { from, to } = SIMULATION;
  const runs = runsBetween(schedule, zones(settings.timezone), from, to, clockwork);
  for (const expression of [repository.forget, repository.prune, repository.check.schedule]) {
    const work = maintenanceClockwork(repository);
    const due = runsBetween(knownSchedule(expression), zones(repository.timezone), from, to, work);
    let next = 0;
    for (const run of runs) {
      while ((due[next] ?? Infinity) <= run - repository.margin) next += 1;
      for (let at = next; (due[at] ?? Infinity) < run + room + repository.margin; at += 1) {
        const middle = (due[at] ?? 0) - run;
        const last = Math.min(room, middle + repository.margin) - 1;
        for (let offset = Math.max(0, middle - repository.margin + 1); offset <= last; offset += 1)
          found.add(offset);
      }
      if (found.size === room) return found;
    }
  }
  return found;
}
