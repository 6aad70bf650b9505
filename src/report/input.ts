import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { BackupPlan, Placement, RepositoryPlan, ServicePlan } from '../model/plan.js';
import type { Job } from '../model/job.js';
import type { Zones } from '../schedule/zone.js';
import type { Simulated } from '../schedule/simulated.js';

/** What a report is made of. */
export interface ReportInput {
  readonly plan: BackupPlan;
  /** Minutes around maintenance that are kept free, by repository. */
  readonly margins: ReadonlyMap<string, number>;
  readonly diagnostics: readonly Diagnostic[];
  readonly zones: Zones;
  /** The moment that the report shows, in minutes from 1970; null for the day that every report without a clock shows. */
  readonly at: number | null;
}

/** One service in one placement, and its number in the report: what rows and filters refer to. */
export interface PlacedService {
  readonly id: number;
  readonly service: ServicePlan;
  readonly placement: Placement;
  readonly repository: RepositoryPlan;
  /** Its backups: none where nothing of it is backed up. */
  readonly jobs: readonly Job[];
}

/** What the parts of the report are computed from. */
export interface ReportBase extends ReportInput {
  readonly placements: readonly PlacedService[];
  readonly simulated: Simulated;
  /** As `at`, and known. */
  readonly moment: number;
}
