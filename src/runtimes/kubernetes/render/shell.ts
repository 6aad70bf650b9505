import { settingsOf } from '../settings.js';
import type { Shell } from '../../runtime.js';
import type { RepositoryPlan } from '../../../model/plan.js';
import { header } from '../../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../../rendering/file.js';
import { LIFETIME_SECONDS, LIFETIME_TEXT } from './lifetime.js';
import { labels, objectName } from '../../../names/objects.js';
import { podContext } from './pod.js';
import { applyFile } from './kubectl.js';
import { maintenanceSecurity } from './security.js';

/**
 * The pod's first process. It waits, and when the pod is stopped it stops restic, so that no lock is left. It is no file of
 * the tree, because this pod has to start before anything of the tree is applied.
 */
const WAIT =
  "trap 'kill -TERM -1; while kill -0 -1 2>/dev/null; do sleep 1; done; exit 0' TERM; while :; do sleep 3600 & wait; done";

/** A repository that a shell in the cluster is for, and what that is called. */
export interface ShellPlace {
  readonly project: string;
  readonly namespace: string;
  readonly repository: RepositoryPlan;
  /** Of its pod. */
  readonly name: string;
  /** Of its file, below the namespace's folder. */
  readonly file: string;
}

/** Of a repository that a namespace maintains; null where a host does. */
export function maintenanceShell(project: string, repository: RepositoryPlan): ShellPlace | null {
  const { maintenance, name } = repository;
  if (maintenance.kind !== 'namespace') return null;
  return {
    project,
    namespace: maintenance.namespace,
    repository,
    name: objectName(project, 'shell', name),
    file: `shell/${name}.yaml`,
  };
}

export function shellOf({ namespace, name, file }: ShellPlace): Shell {
  const kubectl = ['kubectl', '--namespace', namespace];
  return {
    open: [
      applyFile(`kubernetes/${namespace}/${file}`),
      [...kubectl, 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout=5m'],
    ],
    lifetime: LIFETIME_TEXT,
    restic: [...kubectl, 'exec', '--stdin', '--tty', name, '--', 'restic'],
    close: [[...kubectl, 'delete', 'pod', name]],
  };
}

/**
 * A pod with restic and a repository's credentials. With the rights, limits and labels of the maintenance jobs, so that
 * whatever lets those run lets it run too; it needs nothing but the Secret.
 */
export function shellFile(
  { project, namespace, repository, name, file }: ShellPlace,
  { plan, runtimes, templates }: TargetInput,
): RenderedFile {
  return {
    path: `kubernetes/${namespace}/${file}`,
    mode: 0o644,
    sources: [],
    service: null,
    runtime: 'kubernetes',
    content: templates.render('kubernetes/shell-pod.yaml.hbs', {
      header: header(plan, null),
      name,
      namespace,
      labels: labels(project, repository.name, 'restore'),
      deadline: LIFETIME_SECONDS,
      ...podContext({
        project,
        repository,
        settings: settingsOf(runtimes),
        security: maintenanceSecurity(),
        hasScripts: false,
        command: ['/bin/sh', '-c'],
        args: [WAIT],
        sources: [],
      }),
    }),
  };
}
