import { settingsOf } from '../../settings.js';
import type { TargetInput } from '../../../../rendering/file.js';
import type { KubernetesJob } from '../../render/cluster.js';
import { podSecurityLevel } from '../../render/security.js';
import type { MethodRenderer } from '../renderer.js';
import { cronJobFile } from './cron-job.js';
import { dumpScripts, jobDumps } from '../../render/dump-containers.js';
import { firstBackup } from './first-backup.js';
import { resticSteps } from './guide.js';
import { HOSTPATH_SCRIPTS, hostPaths, hostpathFiles } from './hostpath-files.js';
import { storedDump } from './stored-dumps.js';
import { restoreDumpFiles } from '../../render/restore-dumps.js';
import { restoreFiles, restorePodFile } from './restore-files.js';

export const restic: MethodRenderer = {
  kinds: ['daemonsets'],
  files(namespace, input) {
    const { host_path_mode } = settingsOf(input.runtimes);
    const scheduled =
      host_path_mode === 'daemonset'
        ? hostpathFiles(namespace, input)
        : { files: [], resources: [], generators: [] };
    return {
      files: [...namespace.jobs.flatMap((job) => restoreFiles(job, input)), ...scheduled.files],
      resources: [...namespace.jobs.flatMap((job) => cronJob(job, input)), ...scheduled.resources],
      generators: scheduled.generators,
    };
  },
  scripts: ({ jobs }, { host_path_mode }) => [
    { file: 'backup.sh', template: 'kubernetes/backup.sh.hbs' },
    { file: 'restore.sh', template: 'kubernetes/restore.sh.hbs' },
    ...(host_path_mode === 'daemonset' && jobs.some((job) => hostPaths(job).length > 0)
      ? HOSTPATH_SCRIPTS
      : []),
    ...dumpScripts(jobs),
  ],
  level: ({ service, volumes }) => podSecurityLevel(service, volumes),
  stored: () => '',
  steps: resticSteps,
  applied: (job, input) => [restorePodFile(job, input), ...restoreDumpFiles(job, input, storedDump)],
  firstBackup,
};

/** For what no scheduler on the nodes backs up. */
function cronJob(job: KubernetesJob, input: TargetInput) {
  const isScheduled = settingsOf(input.runtimes).host_path_mode === 'daemonset';
  const volumes = isScheduled ? job.volumes.filter(({ kind }) => kind === 'claim') : job.volumes;
  return volumes.length + jobDumps(job).length === 0 ? [] : [cronJobFile(job, volumes, input)];
}
