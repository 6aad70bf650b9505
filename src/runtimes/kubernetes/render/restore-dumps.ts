import { header } from '../../../rendering/header.js';
import type { HereDump } from '../../../hosts/dumps.js';
import type { RenderedFile, TargetInput } from '../../../rendering/file.js';
import { labels } from '../../../names/objects.js';
import { settingsOf, type KubernetesSettings } from '../settings.js';
import { besideWorkload } from './affinity.js';
import type { KubernetesJob } from './cluster.js';
import { LIFETIME_SECONDS } from './lifetime.js';
import { fileOf, restoreDumpName } from './names.js';
import { podContext, podResources, SCRIPTS, sourceVolumes, tolerationFields } from './pod.js';
import { backupSecurity, restoreSecurity, type PodSecurity } from './security.js';
import { besideDatabase, databaseMounts, dumpScriptsVolume, holderOf, jobDumps } from './dump-containers.js';
import {
  isLoaded,
  RESTORED,
  restoreDumpPath,
  restoreDumpWords,
  UNPACKED,
  type StoredDump,
  type StoredWhere,
} from './load-dumps.js';

/** A pod for each dump, in which a person loads it. */
export function restoreDumpFiles(
  job: KubernetesJob,
  input: TargetInput,
  storedWhere: StoredWhere,
): RenderedFile[] {
  return jobDumps(job)
    .filter(isLoaded)
    .map((here) => restoreDumpFile(job, here, storedWhere(job, here), input));
}

/** restic reads the dump; the image of the database loads it. Neither has what the other needs to know. */
function restoreDumpFile(
  job: KubernetesJob,
  here: HereDump,
  stored: StoredDump,
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
      unpack: stored.is_archive ? unpackContainer(settings, stored, security, restored) : null,
      containers: [container],
      ...tolerationFields(settings),
      ...podContext({
        ...{ project, repository: job.repository, settings, security },
        command: ['/bin/sh', `${SCRIPTS}/restore.sh`],
        args: ['restic', ...restoreDumpWords(stored, RESTORED)],
        sources: [],
        knowsNode: true,
        moreMounts: [restored],
        moreVolumes: [
          ...['restored', 'dump-tmp'].map((name) => ({ name, emptyDir: {} })),
          dumpScriptsVolume(project, ['load-dump.sh'], [here]),
          ...sourceVolumes(
            held.map((volume) => ({ volume, scope: '' })),
            'stops',
          ),
        ],
      }),
    }),
  );
}

/** restic's own image has tar, whatever that of the database has. */
function unpackContainer(
  settings: KubernetesSettings,
  { path }: StoredDump,
  { container }: PodSecurity,
  restored: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return {
    name: 'unpack',
    image: settings.image,
    command: ['/bin/sh', '-euc', 'mkdir "$2"; tar -x -o -f "$1" -C "$2"; rm -- "$1"', 'sh'],
    args: [`${RESTORED}${path}`, UNPACKED],
    resources: podResources(settings),
    securityContext: container,
    volumeMounts: [restored],
  };
}
