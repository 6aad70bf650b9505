import { objectName } from '../../../../names/objects.js';
import type { KubernetesJob } from '../../render/cluster.js';
import type { ShellPlace } from '../../render/shell.js';
import { volsyncRepository, volsyncSecret } from './replication-source.js';

/** Of the repository that VolSync has for one claim. */
export function claimShell(job: KubernetesJob, claim: string): ShellPlace {
  const { project, namespace } = job;
  const own = {
    name: claim,
    url: volsyncRepository(job, claim),
    kubernetes_secret: volsyncSecret(job, claim),
  };
  return {
    project,
    namespace,
    repository: { ...job.repository, ...own },
    name: objectName(project, 'shell', `claim/${claim}`),
    file: `shell/claims/${claim}.yaml`,
  };
}
