import { readFileSync } from 'node:fs';
import path from 'node:path';
import { command } from './host.js';
import type { Snapshot } from './jobs.js';
import { exampleProject, render, type Project } from './program.js';
import { restoreCommands } from './runbook.js';

/** Serves a repository to one namespace; it is gone with the namespace. */
const SERVER = (namespace: string) => `
apiVersion: v1
kind: Service
metadata: { name: rest-server, namespace: ${namespace} }
spec: { selector: { app: rest-server }, ports: [{ port: 8000 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: rest-server, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: rest-server } }
  template:
    metadata: { labels: { app: rest-server } }
    spec:
      containers:
        - name: rest-server
          image: docker.io/restic/rest-server:0.14.0
          env: [{ name: DISABLE_AUTHENTICATION, value: "1" }]
          readinessProbe: { tcpSocket: { port: 8000 } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: notes-storage, namespace: ${namespace} }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 100Mi } } }
`;

/**
 * The cluster of the person who runs the suite (`KUBECONFIG`). Everything happens in a namespace of its own, which is
 * removed at the end; the example's jobs are not due in the meantime.
 */
export class RealCluster {
  readonly namespace = `stowage-e2e-${process.pid}-${Date.now()}`;
  readonly #kubectl: string;
  readonly project: Project;

  /** @param kubectl the program to ask with where the PATH has none */
  constructor(kubectl: string) {
    this.#kubectl = kubectl;
    const { namespace } = this;
    const inNamespace = (old: string) => ({ [`namespace: ${old}\n`]: `namespace: ${namespace}\n` });
    this.project = exampleProject('cluster', {
      'stowage.yml': {
        'rest-server.backup.svc': `rest-server.${namespace}.svc`,
        '{ namespace: backup }': `{ namespace: ${namespace} }`,
      },
      'services/camera/contract.yml': inNamespace('apps'),
      'services/mail/contract.yml': inNamespace('mail'),
      'services/notes/contract.yml': inNamespace('apps'),
    });
  }

  /** Makes the namespace and renders the example for it. */
  async open(): Promise<void> {
    await render(this.project);
    await this.#shell(
      'kubectl create namespace "$NAMESPACE"; kubectl label namespace "$NAMESPACE" pod-security.kubernetes.io/enforce=privileged',
    );
  }

  /** What the API server says of each object without keeping any: one line each. */
  async dryRun(): Promise<string[]> {
    const said = await this.#shell('kubectl kustomize "$TREE" | kubectl apply --dry-run=server --filename=-');
    return said.trimEnd().split('\n');
  }

  /** Applies the tree, writes a file into the claim of `notes`, and runs the backup of `notes`; its snapshots. */
  async backUp(): Promise<Snapshot[]> {
    const page = readFileSync(path.join(this.project.rendered, 'runbooks/notes.md'), 'utf8');
    const title = `kubernetes in namespace ${this.namespace}`;
    await this.#shell('kubectl apply --filename=-', SERVER(this.namespace));
    await this.#shell(`
      kubectl create secret generic restic-main --from-literal=RESTIC_PASSWORD=secret
      kubectl apply --kustomize "$TREE"
      kubectl rollout status deployment/rest-server --timeout=5m`);
    await this.#shell(restoreCommands(page, title, /^Start a pod to restore in$/));
    await this.#shell(`
      kubectl exec restore-notes -- restic init
      kubectl exec restore-notes -- sh -c 'echo notes >/backup/notes/data/notes.db; chown -R 1000:1000 /backup/notes/data'
      kubectl create job stowage-cluster-backup-once --from=cronjob/stowage-cluster-backup-notes
      kubectl wait --for=condition=Complete job/stowage-cluster-backup-once --timeout=5m || { kubectl logs job/stowage-cluster-backup-once; exit 1; }`);
    return JSON.parse(
      await this.#shell('kubectl exec restore-notes -- restic snapshots --json'),
    ) as Snapshot[];
  }

  /** Removes the namespace with everything in it. */
  async close(): Promise<void> {
    await this.#shell('kubectl delete namespace "$NAMESPACE" --ignore-not-found --wait=false');
  }

  async #shell(script: string, input = ''): Promise<string> {
    // The page names the namespace itself; a second time is the same one.
    const own = 'kubectl() { command kubectl --namespace "$NAMESPACE" "$@"; }';
    const { stdout } = await command('sh', ['-euc', `${own}\n${script}`], {
      input,
      env: {
        ...process.env,
        PATH: `${process.env.PATH ?? ''}:${path.dirname(this.#kubectl)}`,
        NAMESPACE: this.namespace,
        TREE: path.join(this.project.rendered, 'kubernetes'),
      },
    });
    return stdout;
  }
}
