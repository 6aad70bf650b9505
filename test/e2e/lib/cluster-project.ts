import { exampleProject, type Project } from './program.js';

/** An image with restic, as the machine's own engine has it. */
export const IMAGE = 'localhost/restic:test';
export const URL = 'rest:http://127.0.0.1:8000/cluster';

/** The example, with an image and a repository that a machine without a network has, and a job every minute. */
export function clusterProject(): Project {
  return exampleProject('cluster', {
    'stowage.yml': {
      'rest:http://rest-server.backup.svc:8000/cluster': URL,
      'ghcr.io/restic/restic:0.19.1': IMAGE,
      'maintenance: { namespace: backup }': 'maintenance: { namespace: backup }\n    margin: 0m',
      '{ keep_daily: 7, keep_weekly: 5, keep_monthly: 12 }': '{ keep_last: 1 }',
    },
    'services/camera/contract.yml': {
      '*/30 * * * *': '* * * * *',
      '{ keep_hourly: 24, keep_daily: 7 }': '{ keep_last: 100 }',
    },
  });
}
