import type { RenderedFile, Target, TargetInput } from '../target.js';
import { backupFile } from './backup-files.js';
import { type KubernetesJob, type Namespace, namespaces } from './cluster.js';
import { HOSTPATH_SCRIPTS, hostPaths, hostpathFiles } from './hostpath-files.js';
import { k8upFile } from './k8up.js';
import { forgetGenerators, maintenanceFiles } from './maintenance-files.js';
import {
  commonFile,
  type Generator,
  kustomizationFile,
  scriptFiles,
  secretFiles,
} from './namespace-files.js';
import { restoreFiles } from './restore-files.js';
import { shellFiles } from './shell.js';
import { veleroFile } from './velero.js';
import { volsyncFile } from './volsync.js';
import { workloadPatchFiles } from './workload-patch.js';

/** `kubernetes/`: one folder per namespace, and a kustomization above them for the whole. */
export const kubernetes: Target = {
  name: 'kubernetes',
  render(input) {
    const all = namespaces(input.plan);
    const shells = shellFiles(input);
    if (all.length === 0) return { files: shells, diagnostics: [] };
    const files = [
      ...shells,
      kustomizationFile(
        'kubernetes',
        all.map(({ name }) => name),
        [],
        null,
        input,
      ),
      ...all.flatMap((namespace) => namespaceFiles(namespace, input)),
    ];
    return { files, diagnostics: [] };
  },
};

/** What a namespace's folder holds, and which of it its kustomization lists. */
interface Contents {
  readonly files: readonly RenderedFile[];
  /** Files that are objects. */
  readonly resources: readonly RenderedFile[];
  readonly generators: readonly Generator[];
}

function namespaceFiles(namespace: Namespace, input: TargetInput): RenderedFile[] {
  const parts = [ownPods(namespace, input), services(namespace, input), maintenance(namespace, input)];
  const resources = parts
    .flatMap((part) => part.resources)
    .map(({ path }) => path.slice(namespace.folder.length + 1))
    .sort();
  const generators = parts.flatMap((part) => part.generators);
  return [
    ...parts.flatMap((part) => [...part.resources, ...part.files]),
    kustomizationFile(namespace.folder, resources, generators, namespace.name, input),
  ];
}

/** What pods of ours need, where there are any; an operator brings its own. */
function ownPods(namespace: Namespace, input: TargetInput): Contents {
  const secrets = secretFiles(namespace, input);
  const backups = namespace.jobs.length > 0 && input.runtimes.kubernetes.method === 'restic';
  const maintains = namespace.maintained.length > 0;
  if (!backups && !maintains) return { files: [], resources: secrets, generators: [] };
  const scheduler = usesScheduler(input) && namespace.jobs.some((job) => hostPaths(job).length > 0);
  const scripts = scriptFiles(
    namespace,
    [
      ...(backups
        ? [
            { file: 'backup.sh', template: 'kubernetes/backup.sh.hbs' },
            { file: 'restore.sh', template: 'kubernetes/restore.sh.hbs' },
          ]
        : []),
      ...(scheduler ? HOSTPATH_SCRIPTS : []),
      ...(maintains
        ? [
            { file: 'apply-retention.sh', template: 'host/apply-retention.sh.hbs' },
            { file: 'maintain.sh', template: 'kubernetes/maintain.sh.hbs' },
            { file: 'check-repository.sh', template: 'host/check-repository.sh.hbs' },
            { file: 'forget.sh', template: 'host/forget.sh.hbs' },
            { file: 'remove-dead-locks.sh', template: 'host/remove-dead-locks.sh.hbs' },
          ]
        : []),
    ],
    input,
  );
  return {
    files: scripts.files,
    resources: [commonFile(namespace, input), ...secrets],
    generators: [scripts.generator],
  };
}

function services(namespace: Namespace, input: TargetInput): Contents {
  const { method } = input.runtimes.kubernetes;
  const parts = namespace.jobs.flatMap((job) => serviceFiles(job, input));
  const forPeople = [
    ...namespace.jobs.flatMap((job) => workloadPatchFiles(job, input)),
    ...namespace.jobs.flatMap((job) => restoreFiles(job, input)),
  ];
  if (method !== 'restic' || !usesScheduler(input))
    return { files: forPeople, resources: parts, generators: [] };
  const scheduled = hostpathFiles(namespace, input);
  const isResource = ({ path }: RenderedFile) => scheduled.resources.includes(path);
  return {
    files: [...forPeople, ...scheduled.files.filter((file) => !isResource(file))],
    resources: [...parts, ...scheduled.files.filter(isResource)],
    generators: scheduled.generators,
  };
}

function serviceFiles(job: KubernetesJob, input: TargetInput): RenderedFile[] {
  switch (input.runtimes.kubernetes.method) {
    case 'restic': {
      const volumes = usesScheduler(input) ? job.volumes.filter(({ kind }) => kind === 'claim') : job.volumes;
      return volumes.length === 0 ? [] : [backupFile(job, volumes, input)];
    }
    case 'velero':
      return [veleroFile(job, input)];
    case 'volsync':
      return [volsyncFile(job, input)];
    case 'k8up':
      return [k8upFile(job, input)];
  }
}

function usesScheduler({ runtimes }: TargetInput): boolean {
  return runtimes.kubernetes.host_path_mode === 'daemonset';
}

function maintenance(namespace: Namespace, input: TargetInput): Contents {
  const files = namespace.maintained.flatMap((repository) => maintenanceFiles(namespace, repository, input));
  return {
    files: files.filter(({ path }) => !path.endsWith('.yaml')),
    resources: files.filter(({ path }) => path.endsWith('.yaml')),
    generators: namespace.maintained.flatMap((repository) => forgetGenerators(repository, input)),
  };
}
