import { readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import type { Machine } from './machine.js';

/** As far as a runbook uses kubectl, with `podman kube play` as the cluster. Pods share the machine's network. */
const KUBECTL = `#!/bin/sh
set -eu
[ "$1" != --namespace ] || shift 2
verb=$1
shift
case "$verb $*" in
  'apply --filename=-') podman kube play --network=host --quiet - ;;
  'wait --for=condition=Ready pod/'*' --timeout='*)
    until [ "$(podman pod inspect --format '{{.State}}' "\${2#pod/}")" = Running ]; do sleep 0.1; done ;;
  exec\\ *) pod=$1; shift 2; exec podman exec "$pod-restic" "$@" ;;
  'delete pod '*) podman pod rm --force --time=1 "$2" ;;
  *) echo "this kubectl cannot $verb $*" >&2; exit 1 ;;
esac
`;

interface JobTemplate {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly [Record<string, unknown>] };
    };
  };
}

/** A namespace of a rendered project, played by podman on a machine. Claims are podman volumes of that name. */
export class Cluster {
  readonly #machine: Machine;
  readonly #folder: string;

  private constructor(machine: Machine, folder: string) {
    this.#machine = machine;
    this.#folder = folder;
  }

  /**
   * Puts `kubectl` on the machine, and the repository's Secret into the cluster.
   *
   * @param folder of the namespace in the rendered tree, on the host
   */
  static async make(machine: Machine, folder: string, secret: string, password: string): Promise<Cluster> {
    await machine.write('/usr/local/bin/kubectl', KUBECTL, '755');
    const cluster = new Cluster(machine, folder);
    await cluster.#play([
      {
        ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: secret } },
        data: { RESTIC_PASSWORD: Buffer.from(password).toString('base64') },
      },
    ]);
    return cluster;
  }

  /** Runs the pod of a service's rendered CronJob once, and waits for its end. Throws with its log when it fails. */
  async runBackup(service: string): Promise<void> {
    const cronJob = load(readFileSync(path.join(this.#folder, `${service}.yaml`), 'utf8')) as {
      metadata: { name: string };
      spec: { jobTemplate: JobTemplate };
    };
    const { name } = cronJob.metadata;
    const job = {
      ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name } },
      spec: withoutLimits(cronJob.spec.jobTemplate).spec,
    };
    await this.#play([this.#scripts(), job]);
    const container = `${name}-pod-restic`;
    await this.#machine.run(
      `status=$(podman wait ${container}); podman logs ${container}; podman pod rm --force ${name}-pod; exit "$status"`,
    );
  }

  /** The ConfigMap that kustomize makes from the scripts beside it. */
  #scripts(): unknown {
    const { configMapGenerator } = load(
      readFileSync(path.join(this.#folder, 'kustomization.yaml'), 'utf8'),
    ) as { configMapGenerator: readonly { name: string; files: readonly string[] }[] };
    const [generator] = configMapGenerator;
    if (generator === undefined) throw new Error('the kustomization generates no ConfigMap');
    const data = generator.files.map((file) => [
      path.basename(file),
      readFileSync(path.join(this.#folder, file), 'utf8'),
    ]);
    return {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: generator.name } },
      data: Object.fromEntries(data) as Record<string, string>,
    };
  }

  async #play(objects: readonly unknown[]): Promise<void> {
    const yaml = objects.map((object) => JSON.stringify(object)).join('\n---\n');
    await this.#machine.run('podman kube play --network=host --quiet -', { input: yaml });
  }
}

/** Machines here have no memory controller, so that podman cannot limit memory. */
function withoutLimits(template: JobTemplate): JobTemplate {
  const { template: pod } = template.spec;
  const [container] = pod.spec.containers;
  const rest = Object.fromEntries(Object.entries(container).filter(([key]) => key !== 'resources'));
  return {
    ...template,
    spec: { ...template.spec, template: { ...pod, spec: { ...pod.spec, containers: [rest] } } },
  };
}
