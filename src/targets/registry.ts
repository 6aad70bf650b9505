import { index } from './index/target.js';
import { kubernetes } from './kubernetes/target.js';
import { runbook } from './runbook/target.js';
import { systemd } from './systemd/target.js';
import type { Target } from './target.js';

/** One line per kind of output. */
export const TARGETS: readonly Target[] = [index, kubernetes, runbook, systemd];
