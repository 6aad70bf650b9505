import type { BackupSettings } from '../contract/contract.js';
import type { Policy, Repository } from '../policy/policy.js';
import { formatCron } from '../schedule/cron.js';
import { knownSchedule, scheduleAt } from '../schedule/job-schedule.js';
import type { StartWindows } from '../schedule/start-windows.js';
import { offsetRoom } from '../schedule/offset.js';
import { placeOffsets, weightOf, type Placeable, type StartWindow } from '../schedule/placement.js';
import { runsBetween, SIMULATION, timesOfDay, type Clockwork } from '../schedule/runs.js';
import type { Zones } from '../schedule/zone.js';
import { declaredGigabytes } from './declared-size.js';
import type { Deployed } from './deployments.js';
import { groupBy } from './group.js';
import {
  placeMaintenance,
  unionNear,
  type MaintenanceKind,
  type MaintenanceOffsets,
} from './maintenance-times.js';
import type { JobSchedule } from './plan.js';
import { placedSettings } from './operator-clock.js';

const DAY = 1440;

/** Kubernetes looks at the clock on the wall, everything else here runs under systemd timers. */
export function clockworkOf(runtime: string): Clockwork {
  return runtime === 'kubernetes' ? 'kubernetes' : 'systemd';
}

export type MaintenanceTimes = Readonly<Record<MaintenanceKind, JobSchedule>>;

/** The times of every job of the plan. */
export interface PlannedTimes {
  readonly backups: ReadonlyMap<Deployed, JobSchedule>;
  /** By name of the repository. */
  readonly maintenance: ReadonlyMap<string, MaintenanceTimes>;
}

/** What the backups of one schedule, spread, repository and clockwork have in common. */
interface Lane extends StartWindows {
  readonly repository: string;
  /** Tells schedules with different runs apart. */
  readonly name: string;
  readonly starts: readonly number[];
}

class Lanes {
  readonly #zones: Zones;
  /** All starts are told by this clock, as it stands on the first day of the simulation. */
  readonly #reference: number;
  readonly #known = new Map<string, Lane>();

  constructor(policy: Policy, zones: Zones) {
    this.#zones = zones;
    this.#reference = zones(policy.defaults.timezone).offsetAt(SIMULATION.from);
  }

  of(settings: BackupSettings, clockwork: Clockwork): Lane {
    const { schedule, timezone, spread, repository } = settings;
    const key = [schedule, timezone, spread, repository, clockwork].join('\0');
    const lane = this.#known.get(key) ?? this.#make(settings, clockwork);
    this.#known.set(key, lane);
    return lane;
  }

  #make({ schedule: text, timezone, spread, repository }: BackupSettings, clockwork: Clockwork): Lane {
    const schedule = knownSchedule(text);
    const zone = this.#zones(timezone);
    const { from, to } = SIMULATION;
    const room = offsetRoom(schedule, spread);
    const later = this.#reference - zone.offsetAt(from) + DAY;
    return {
      repository,
      name: `${formatCron(schedule)} ${timezone} ${room}`,
      starts: timesOfDay(schedule).map((time) => (time + later) % DAY),
      room,
      runs: runsBetween(schedule, zone, from, to, clockwork),
    };
  }
}

/**
 * The times of every job, offsets chosen: maintenance where it is in nobody's way, then the backups, level in each
 * repository and on each host, and clear of the repository's maintenance where the spread leaves room.
 */
export function placeJobs(policy: Policy, deployed: readonly Deployed[], zones: Zones): PlannedTimes {
  const lanes = new Lanes(policy, zones);
  const jobs = deployed.map((entry) => {
    const settings = placedSettings(policy, entry.contract, entry.runtime, zones);
    return { entry, settings, lane: lanes.of(settings, clockworkOf(entry.runtime)) };
  });
  const byRepository = groupBy([...new Set(jobs.map(({ lane }) => lane))], ({ repository }) => repository);
  const windows = new Map<Lane, StartWindow>();
  const maintenance = new Map<string, MaintenanceTimes>();
  for (const repository of policy.repositories) {
    const own = byRepository.get(repository.name) ?? [];
    const placed = placeMaintenance(repository, own, zones);
    maintenance.set(repository.name, timesOf(repository, placed.offsets));
    for (const lane of own) {
      const avoid = lane.room === 1 ? new Set<number>() : unionNear(lane, placed.jobs, repository.margin);
      windows.set(lane, { starts: lane.starts, room: lane.room, avoid });
    }
  }
  const offsets = placeOffsets(jobs.map(({ entry, lane }) => placeable(entry, lane, windows)));
  const known = new Map<string, JobSchedule>();
  const backups = jobs.map(({ entry, settings: { schedule, timezone } }, index) => {
    const offset = offsets[index] ?? 0;
    const key = [schedule, timezone, offset].join('\0');
    const times = known.get(key) ?? scheduleAt(schedule, timezone, offset);
    known.set(key, times);
    return [entry, times] as const;
  });
  return { backups: new Map(backups), maintenance };
}

/**
 * {@link placeJobs} for plans that are drawn again and again with small changes: what it depends on decides whether
 * times are reckoned anew. Everything that it reads of its arguments stands in the key.
 */
export function rememberJobs(): typeof placeJobs {
  const known = new Map<string, PlannedTimes>();
  return (policy, deployed, zones) => {
    const jobs = deployed.map(({ contract, runtime, host }) => {
      const { schedule, timezone, spread, repository } = placedSettings(policy, contract, runtime, zones);
      const size = declaredGigabytes(contract);
      return [contract.service_id, runtime, host, schedule, timezone, spread, repository, size];
    });
    const repositories = policy.repositories.map(
      ({ name, timezone, margin, maintenance, forget, prune, check }) => {
        const kinds = [forget, prune, check].map(({ schedule: at, spread }) => [at, spread]);
        return [name, timezone, margin, maintenance.kind, kinds];
      },
    );
    const key = JSON.stringify([policy.defaults.timezone, repositories, jobs]);
    const found = known.get(key) ?? placeJobs(policy, deployed, zones);
    known.set(key, found);
    const times = [...found.backups.values()];
    const backups = deployed.flatMap((entry, index): [Deployed, JobSchedule][] => {
      const own = times[index];
      return own === undefined ? [] : [[entry, own]];
    });
    return { backups: new Map(backups), maintenance: found.maintenance };
  };
}

function placeable(
  { contract, runtime, host }: Deployed,
  lane: Lane,
  windows: ReadonlyMap<Lane, StartWindow>,
): Placeable {
  const shared = [`repository ${lane.repository}`, ...(host === null ? [] : [`host ${host}`])];
  return {
    key: [contract.service_id, runtime, host ?? ''],
    // A repository that no policy has is reported; its backups have nothing to avoid.
    window: windows.get(lane) ?? { starts: lane.starts, room: lane.room, avoid: new Set() },
    weight: weightOf(declaredGigabytes(contract)),
    pools: shared.flatMap((pool) => [pool, `${pool} ${lane.name}`]),
  };
}

function timesOf(repository: Repository, offsets: MaintenanceOffsets): MaintenanceTimes {
  const at = (kind: MaintenanceKind) =>
    scheduleAt(repository[kind].schedule, repository.timezone, offsets[kind]);
  return { forget: at('forget'), prune: at('prune'), check: at('check') };
}
