import type { Command, Pipeline } from '../../../../model/guide.js';
import type { KubernetesJob } from '../../render/cluster.js';
import { kubectl } from '../../render/kubectl.js';
import { orderMetadata, orderName, orderPath, type Manifest } from '../../render/restore-order.js';
import { moverSecurity } from '../../render/security.js';
import { k8upTag } from './method.js';
import { backend } from './schedule.js';

/** The snapshots that K8up has seen, with their ids. */
export function k8upSnapshots(job: KubernetesJob): Command {
  return kubectl(job, 'get', 'snapshots.k8up.io', '--output=wide');
}

/** K8up's order to restore one claim from a snapshot, as the user that made it; the workload must be stopped. */
export function k8upRestore(job: KubernetesJob, claim: string): Manifest {
  const user = moverSecurity(job.service, job.volumes);
  return {
    apiVersion: 'k8up.io/v1',
    kind: 'Restore',
    metadata: orderMetadata(job, claim),
    spec: {
      snapshot: 'SNAPSHOT',
      tags: [k8upTag(job.service)],
      restoreMethod: { folder: { claimName: claim } },
      backend: backend(job.repository),
      ...(user === null ? {} : { podSecurityContext: user }),
    },
  };
}

/** Gives K8up its order for one snapshot. */
export function orderK8upRestore(job: KubernetesJob, claim: string): Pipeline {
  const file = `--filename=${orderPath(job, claim)}`;
  const patch = `--patch=${JSON.stringify({ spec: { snapshot: 'SNAPSHOT' } })}`;
  return [
    ['kubectl', 'patch', '--local', file, '--type=merge', patch, '--output=yaml'],
    ['kubectl', 'apply', '--filename=-'],
  ];
}

/** Waits until K8up has finished, well or not, says which, and removes the order. */
export function finishK8upRestore(job: KubernetesJob, claim: string): Command[] {
  const name = `restores.k8up.io/${orderName(job, claim)}`;
  const reason = '--output=jsonpath={.status.conditions[?(@.type=="Completed")].reason}';
  return [
    kubectl(job, 'wait', '--for=condition=Completed', name, '--timeout=12h'),
    kubectl(job, 'get', name, reason),
    kubectl(job, 'delete', name),
  ];
}
