import type { Rule } from '../review.js';
import * as access from './access.js';
import * as broken from './broken-jobs.js';
import * as contents from './contents.js';
import * as coverage from './coverage.js';
import { dumps } from './dumps.js';
import { nobodyForgets } from './forgotten.js';
import * as history from './history.js';
import * as limits from './limits.js';
import { liveCopies } from './live-copies.js';
import { leftBehind } from './left-behind.js';
import { methods } from './methods.js';
import { renamed } from './renamed.js';
import { retentionChanged } from './retention.js';
import { hooksChanged, quiesced } from './quiesce.js';
import { rootlessUser } from './rootless.js';
import * as templates from './templates.js';
import * as timing from './timing.js';

/** Every kind of meaning that a change may have. */
export const RULES: readonly Rule[] = [
  coverage.lostVolumes,
  coverage.lostPlaces,
  coverage.lostNodes,
  coverage.lostServices,
  coverage.gained,
  dumps,
  quiesced,
  hooksChanged,
  history.groupChanged,
  history.pathChanged,
  history.repositorySwitched,
  history.moved,
  leftBehind,
  renamed,
  rootlessUser,
  retentionChanged,
  nobodyForgets,
  timing.backupTimes,
  timing.maintenance,
  limits.timeouts,
  limits.slowerReading,
  timing.collisions,
  contents.wholeVolumeExcluded,
  contents.excludesChanged,
  contents.safeguardsOff,
  liveCopies,
  templates.addedCommands,
  templates.privileges,
  templates.lostSafeguards,
  templates.otherChanges,
  broken.brokenJobs,
  broken.excludingTemplates,
  methods,
  access.credentialsMoved,
  access.rootJobs,
];
