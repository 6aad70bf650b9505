import type { RuntimeName } from '../model/contract.js';
import type { BackupPlan } from '../model/plan.js';
import type { RuntimeSettings } from '../model/policy.js';
import type { TemplateSet } from '../template/template-set.js';

/** One file of the output tree, in memory. */
export interface RenderedFile {
  /** Relative to the tree, `/` as separator. */
  readonly path: string;
  readonly content: string;
  /** Mode on disk; what people run is executable. */
  readonly mode: 0o644 | 0o755;
  /** Contract files (as in diagnostics) that it depends on, sorted; empty for what every contract shapes. */
  readonly sources: readonly string[];
  /** The one service that it is about, for `render --service`; null for files that serve several. */
  readonly service: string | null;
  /** The one runtime that it is about, for `render --runtime`; null for files that serve several. */
  readonly runtime: RuntimeName | null;
}

export interface TargetInput {
  readonly plan: BackupPlan;
  readonly runtimes: RuntimeSettings;
  readonly templates: TemplateSet;
}
