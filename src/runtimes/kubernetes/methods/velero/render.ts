import type { MethodRenderer } from '../renderer.js';
import { dumpScripts } from '../../render/dump-containers.js';
import { storedDumps } from './dumps.js';
import { veleroSteps } from './guide.js';
import { veleroComponent, veleroFile } from './schedule.js';

export const velero: MethodRenderer = {
  kinds: ['schedules.velero.io'],
  files: ({ jobs }, input) => ({
    files: jobs.flatMap((job) => veleroComponent(job, input)),
    resources: jobs.map((job) => veleroFile(job, input)),
    generators: [],
  }),
  // Its pods are in its own namespace.
  level: () => 'restricted',
  scripts: ({ jobs }) => dumpScripts(jobs),
  stored: (service) =>
    `by Velero, into its own storage: restic cannot read these backups.${storedDumps(service)}`,
  steps: veleroSteps,
};
