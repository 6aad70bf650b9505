import type { RepositoryPlan } from '../../plan/plan.js';
import { header } from '../header.js';
import type { RenderedFile, TargetInput } from '../target.js';
import { LIFETIME_SECONDS } from './lifetime.js';
import { labels, objectName } from './names.js';
import { podContext } from './pod.js';
import { applyFile, type Command } from './kubectl.js';
import { maintenanceSecurity } from './security.js';

/**
 * The pod's first process. It waits, and when the pod is stopped it stops restic, so that no lock is left. It is no file of
 * the tree, because this pod has to start before anything of the tree is applied.
 */
const WAIT =
  "trap 'kill -TERM -1; while kill -0 -1 2>/dev/null; do sleep 1; done; exit 0' TERM; while :; do sleep 3600 & wait; done";

/** A shell in the cluster for a repository that no host reaches: what a person types to open, use and close it. */
export interface Shell {
  readonly open: readonly Command[];
  readonly restic: Command;
  readonly close: readonly Command[];
}

export function shellOf(project: string, repository: RepositoryPlan, namespace: string): Shell {
  const name = shellName(project, repository);
  const kubectl = ['kubectl', '--namespace', namespace];
  return {
    open: [
      applyFile(shellPath(repository, namespace)),
      [...kubectl, 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout=5m'],
    ],
    restic: [...kubectl, 'exec', '--stdin', '--tty', name, '--', 'restic'],
    close: [[...kubectl, 'delete', 'pod', name]],
  };
}

/**
 * A pod with restic and a repository's credentials for each repository that a namespace maintains. With the rights, limits
 * and labels of the maintenance jobs, so that whatever lets those run lets it run too; it needs nothing but the Secret.
 */
export function shellFiles({ plan, runtimes, templates }: TargetInput): RenderedFile[] {
  const settings = runtimes.kubernetes;
  return plan.repositories.flatMap((repository): RenderedFile[] => {
    const { maintenance, name } = repository;
    if (maintenance.kind !== 'namespace') return [];
    const { namespace } = maintenance;
    return [
      {
        path: shellPath(repository, namespace),
        mode: 0o644,
        sources: [],
        service: null,
        runtime: 'kubernetes',
        content: templates.render('kubernetes/shell-pod.yaml.hbs', {
          header: header(plan, null),
          repository: name,
          name: shellName(plan.project, repository),
          namespace,
          labels: labels(plan.project, name, 'restore'),
          deadline: LIFETIME_SECONDS,
          ...podContext({
            project: plan.project,
            repository,
            settings,
            security: maintenanceSecurity(),
            hasScripts: false,
            command: ['/bin/sh', '-c'],
            args: [WAIT],
            sources: [],
          }),
        }),
      },
    ];
  });
}

function shellName(project: string, repository: RepositoryPlan): string {
  return objectName(project, 'shell', repository.name);
}

function shellPath({ name }: RepositoryPlan, namespace: string): string {
  return `kubernetes/${namespace}/shell/${name}.yaml`;
}
