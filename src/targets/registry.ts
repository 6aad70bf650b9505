import { RUNTIME_LIST } from '../runtimes/registry.js';
import { ansible } from './ansible/target.js';
import { index } from './index/target.js';
import { runbook } from './runbook/target.js';
import { systemd } from './systemd/target.js';
import type { Target } from './target.js';

/** One line per kind of output; runtimes with files of their own are in the registry of runtimes. */
export const TARGETS: readonly Target[] = [
  ansible,
  index,
  runbook,
  systemd,
  ...RUNTIME_LIST.flatMap(({ render }) => (render === undefined ? [] : [{ render }])),
];
