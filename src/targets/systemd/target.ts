import type { Target } from '../target.js';
import { acceptFiles } from './accept-files.js';
import { backupFiles } from './backup-files.js';
import { hostFiles } from './host-files.js';
import { restoreDumpFiles } from '../../hosts/restore-dump-files.js';
import { hostTrees } from '../../hosts/host-tree.js';
import { streamFiles } from './stream-files.js';
import { maintenanceFiles } from './maintenance-files.js';

/** `hosts/`: what systemd runs on the hosts of Compose, Quadlet (system scope) and bare metal. */
export const systemd: Target = {
  render: (input) =>
    hostTrees(input.plan).flatMap((tree) => [
      ...hostFiles(tree, input),
      ...acceptFiles(tree, input),
      ...tree.jobs.flatMap((job) => [
        ...backupFiles(tree, job, input),
        ...restoreDumpFiles(tree, job, input),
      ]),
      ...tree.streams.flatMap((job) => [
        ...streamFiles(tree, job, input),
        ...restoreDumpFiles(tree, job, input),
      ]),
      ...tree.maintained.flatMap((repository) => maintenanceFiles(tree, repository, input)),
    ]),
};
