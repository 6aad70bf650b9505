import { header } from '../../../../rendering/header.js';
import type { HereDump } from '../../../../hosts/dumps.js';
import type { RenderedFile, TargetInput } from '../../../../rendering/file.js';
import { labels } from '../../../../names/objects.js';
import { settingsOf } from '../../settings.js';
import { besideWorkload } from '../../render/affinity.js';
import type { KubernetesJob } from '../../render/cluster.js';
import { LIFETIME_SECONDS } from '../../render/lifetime.js';
import { fileOf, restoreDumpName } from '../../render/names.js';
import { podContext, SCRIPTS, sourceVolumes, tolerationFields } from '../../render/pod.js';
import { backupSecurity, restoreSecurity } from '../../render/security.js';
import { besideDatabase, databaseMounts, dumpScriptsVolume, holderOf, jobDumps } from './dump-containers.js';
import { isLoaded, RESTORED, restoreDumpPath, restoreDumpWords } from './load-dumps.js';

/** A pod for each dump, in which a person loads it. */
export function restoreDumpFiles(job: KubernetesJob, input: TargetInput): RenderedFile[] {
  return jobDumps(job)
    .filter(isLoaded)
    .map((here) => restoreDumpFile(job, here, input));
}

/** restic reads the dump; the image of the database loads it. Neither has what the other needs to know. */
function restoreDumpFile(
  job: KubernetesJob,
  here: HereDump,
  { plan, runtimes, templates }: TargetInput,
): RenderedFile {
  const { project, service, placement, namespace } = job;
  const settings = settingsOf(runtimes);
  const held = [holderOf(job, here) ?? []].flat();
  const own = backupSecurity(service, job.volumes);
  const security = own.level === 'restricted' ? own : restoreSecurity([]);
  const restored = { name: 'restored', mountPath: RESTORED };
  const container = {
    ...besideDatabase(settings, here),
    command: ['/bin/sh', `${SCRIPTS}/load-dump.sh`, 'wait'],
    securityContext: security.container,
    volumeMounts: [...databaseMounts(job, here), { ...restored, readOnly: true }],
  };
  return fileOf(
    job,
    restoreDumpPath(job, here),
    templates.render('kubernetes/restore-dump.yaml.hbs', {
      header: header(plan, service.contract),
      dump: here.dump.name,
      service_id: service.service_id,
      service_name: service.service_name,
      name: restoreDumpName(job, here.dump.name),
      namespace,
      labels: labels(project, service.service_id, 'restore'),
      deadline: LIFETIME_SECONDS,
      affinity: besideWorkload(placement, held, false),
      containers: [container],
      ...tolerationFields(settings),
      ...podContext({
        ...{ project, repository: job.repository, settings, security },
        command: ['/bin/sh', `${SCRIPTS}/restore.sh`],
        args: ['restic', ...restoreDumpWords(job, here, RESTORED)],
        sources: [],
        knowsNode: true,
        moreMounts: [restored],
        moreVolumes: [
          ...['restored', 'dump-tmp'].map((name) => ({ name, emptyDir: {} })),
          dumpScriptsVolume(project, 'load-dump.sh', [here]),
          ...sourceVolumes(
            held.map((volume) => ({ volume, scope: '' })),
            'stops',
          ),
        ],
      }),
    }),
  );
}
