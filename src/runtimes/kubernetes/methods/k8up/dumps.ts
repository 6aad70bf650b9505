import type { HereDump } from '../../../../hosts/dumps.js';
import { labels, objectName } from '../../../../names/objects.js';
import type { RenderedFile, TargetInput } from '../../../../rendering/file.js';
import { header } from '../../../../rendering/header.js';
import { besideWorkload } from '../../render/affinity.js';
import type { KubernetesJob } from '../../render/cluster.js';
import {
  containerSecurity,
  dumpPod,
  dumpScripts,
  jobDumps,
  SPOOL,
  type DumpPod,
} from '../../render/dump-containers.js';
import type { Script } from '../../render/contents.js';
import type { StoredWhere } from '../../render/load-dumps.js';
import { podResources, SCRIPTS, tolerationFields } from '../../render/pod.js';
import { fileOf } from '../../render/names.js';
import { backupSecurity, type PodSecurity } from '../../render/security.js';
import { settingsOf, type KubernetesSettings } from '../../settings.js';
import { k8upTag } from './method.js';
import { claimLabels } from './schedule.js';

type Fields = Readonly<Record<string, unknown>>;

/** Ending of the file that K8up makes of what a dump's pod sends. */
const ENDING = '.tar';

/** The pod of a dump and its container; K8up names the file in the snapshot after that. A slash is in no name. */
function dumpName({ project, service }: KubernetesJob, { dump }: HereDump): string {
  return objectName(project, 'dump', `${service.service_id}/${dump.name}`);
}

/** K8up saves what a command prints under the names of the namespace and the container (k8up.io, "Application Aware Backups"). */
export const storedDump: StoredWhere = (job, here) => ({
  filter: [`--host=${job.namespace}`, `--tag=${k8upTag(job.service)}`],
  path: `/${job.namespace}-${dumpName(job, here)}${ENDING}`,
  is_archive: true,
});

/** What K8up's pods of these jobs run, and those that load a dump again. */
export function preBackupScripts(jobs: readonly KubernetesJob[]): Script[] {
  const scripts = dumpScripts(jobs);
  if (scripts.length === 0) return [];
  return [
    ...scripts,
    { file: 'send-dump.sh', template: 'kubernetes/send-dump.sh.hbs' },
    { file: 'restore.sh', template: 'kubernetes/restore.sh.hbs' },
  ];
}

/**
 * A `PreBackupPod` for each dump (k8up.io, "How to use Pre-Backup pods"). K8up asks a pod for its dump once that is ready. So the
 * dump is made and checked before the pod can be: what failed is never asked for.
 */
export function preBackupFiles(
  job: KubernetesJob,
  { plan, runtimes, templates }: TargetInput,
): RenderedFile[] {
  const { project, service, namespace } = job;
  const settings = settingsOf(runtimes);
  return jobDumps(job).map((here) => {
    const pod = dumpPod(job, settings, [], [here], ['dump.sh', 'send-dump.sh']);
    const security = backupSecurity(service, pod.holders);
    return fileOf(
      job,
      `kubernetes/${namespace}/dumps/${service.service_id}/${here.dump.name}.yaml`,
      templates.render('kubernetes/pre-backup-pod.yaml.hbs', {
        header: header(plan, service.contract),
        dump: here.dump.name,
        service_name: service.service_name,
        name: dumpName(job, here),
        namespace,
        labels: { ...labels(project, service.service_id, 'backup'), ...claimLabels(job) },
        level: security.level === 'restricted' ? 'restricted' : 'baseline',
        command: `sh ${SCRIPTS}/send-dump.sh`,
        ending: ENDING,
        pod: podSpec(job, here, pod, settings, security),
      }),
    );
  });
}

function podSpec(
  job: KubernetesJob,
  here: HereDump,
  { containers, volumes, holders }: DumpPod,
  settings: KubernetesSettings,
  security: PodSecurity,
): Fields {
  const { tolerations } = tolerationFields(settings);
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(holders.length === 0 ? {} : { affinity: besideWorkload(job.placement, holders, true) }),
    ...(tolerations === null ? {} : { tolerations }),
    securityContext: security.pod,
    initContainers: containers,
    containers: [
      {
        name: dumpName(job, here),
        image: settings.image,
        command: ['/bin/sh', `${SCRIPTS}/send-dump.sh`, 'wait'],
        resources: podResources(settings),
        securityContext: containerSecurity(security, false),
        volumeMounts: [
          { name: 'dump-scripts', mountPath: SCRIPTS, readOnly: true },
          { name: 'dumps', mountPath: SPOOL, readOnly: true },
        ],
      },
    ],
    volumes,
  };
}
