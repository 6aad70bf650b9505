import type { MethodRenderer } from '../renderer.js';
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
  stored: () => 'by Velero, into its own storage: restic cannot read these backups.',
  steps: veleroSteps,
};
