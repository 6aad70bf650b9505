import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { objectsOf, type Fields } from '../../unit/kubernetes/objects.js';
import type { CommandResult } from './host.js';
import { asKubelet, nameOf, object, type Container, type Played, type PodSpec } from './kubelet.js';
import type { KubernetesRelease } from './kubernetes.js';
import { kustomize } from './kubernetes.js';
import type { Machine } from './machine.js';

/** What `kubectl` finds in the cluster besides pods. */
const STORE = '/srv/cluster';

/**
 * As far as our runbooks use kubectl, with `podman kube play` as the cluster. Pods share the machine's network; names
 * are unique over all namespaces here, so that these are not looked at.
 */
const KUBECTL = `#!/bin/sh
set -eu
[ "$1" != --namespace ] || shift 2
verb=$1
shift
play() { podman kube play --network=host --quiet "$@" >&2; }
running() { until [ "$(podman pod inspect --format '{{.State}}' "$1")" = Running ]; do sleep 0.1; done; }
# The first of its containers that runs, which is the one that kubectl means.
first() { podman ps --filter "pod=$1" --filter status=running --format '{{.Names}}' | grep -v -e '-infra$' | head -n 1; }
annotation() { echo "${STORE}/deployment/$1.annotation.$2"; }
case "$verb $*" in
  'apply --filename=kubernetes/'*) play "${STORE}/\${1#--filename=}" ;;
  'get pods --field-selector='*)
    for pod in $(podman pod ps --filter status=running --format '{{.Name}}'); do
      printf %s "$pod"
      for container in $(podman ps --filter "pod=$pod" --format '{{.ID}}'); do
        podman inspect --format '{{range .Mounts}}{{if eq .Type "volume"}}{{printf "\\tclaim %s\\tpath " .Name}}{{else}}{{printf "\\tclaim \\tpath %s" .Source}}{{end}}{{end}}' "$container" | tr -d '\\n'
      done
      echo
    done ;;
  'get pods --selector=app.kubernetes.io/instance='*' --output=wide')
    podman pod ps --filter "label=\${2#--selector=}" --format '{{.Name}} {{.Status}} @NODE@' ;;
  'patch cronjob '*' --patch {"spec":{"suspend":'*) [ -e "${STORE}/cronjob/$2.yaml" ] && echo "$4" >"${STORE}/cronjob/$2.patch" ;;
  'wait --for=condition=Ready pod/'*) running "\${2#pod/}" ;;
  'wait --for=jsonpath={.status.active}=1 job/'*) running "\${2#job/}-pod" ;;
  # Playing a pod ends when what comes before its containers has ended.
  'wait --for=condition=Initialized pod --selector=job-name='*) ;;
  'wait --for=condition=Complete job/'*) [ "$(podman wait "\${2#job/}-pod-restic")" = 0 ] ;;
  'wait --for=delete pod --selector=app='*)
    until [ -z "$(podman pod ps --quiet --filter "label=\${3#--selector=}")" ]; do sleep 0.1; done ;;
  'create job '*' --from=cronjob/'*)
    # A container that comes before the others ends the start of the pod; what it said is all that is left to see.
    sed "s/@JOB@/$2/g" "${STORE}/\${3#--from=}.yaml" | play - || {
      for container in $(podman ps --all --filter "pod=$2-pod" --format '{{.ID}}'); do podman logs "$container"; done
      podman pod rm --force --ignore --time=1 "$2-pod" >/dev/null
      exit 1
    } ;;
  'get pod/'*' --output=jsonpath={.spec.nodeName}') printf @NODE@ ;;
  'get deployment/'*' --output=jsonpath={.spec.replicas}') cat "${STORE}/$1.replicas" ;;
  'get deployment/'*' --output=jsonpath={.metadata.annotations.'*)
    key=\${2##*.}; cat "$(annotation "\${1#deployment/}" "\${key%?}")" ;;
  'annotate deployment/'*=*)
    file=$(annotation "\${1#deployment/}" "\${2%%=*}")
    [ ! -e "$file" ] || [ "$(cat "$file")" = "\${2#*=}" ] || { echo 'already has a value' >&2; exit 1; }
    printf %s "\${2#*=}" >"$file" ;;
  'annotate deployment/'*-) rm -f "$(annotation "\${1#deployment/}" "\${2%-}")" ;;
  'scale deployment/'*' --replicas='*)
    printf %s "\${2#--replicas=}" >"${STORE}/$1.replicas"
    podman pod rm --force --ignore --time=1 "\${1#deployment/}-pod" >&2
    [ "$2" = --replicas=0 ] || play "${STORE}/$1.yaml" ;;
  'rollout status deployment/'*) running "\${2#deployment/}-pod" ;;
  'exec --stdin --tty deployment/'*' --container='*)
    pod=\${3#deployment/}-pod-\${4#--container=}; shift 5; exec podman exec "$pod" "$@" ;;
  'exec --stdin --tty '*) pod=$(first "$3"); shift 4; exec podman exec "$pod" "$@" ;;
  'exec deployment/'*) pod=\${1#deployment/}; shift 2; exec podman exec "$pod-pod-app" "$@" ;;
  'exec '*) pod=$(first "$1"); shift 2; exec podman exec "$pod" "$@" ;;
  'cp '*) podman cp "$(first "\${1%%:*}"):\${1#*:}" "$2" ;;
  'logs job/'*) podman logs "\${1#job/}-pod-restic" ;;
  'logs --follow '*' job/'*) podman logs --follow "\${3#job/}-pod-restic" ;;
  'get job/'*) echo "$1 exit $(podman wait "\${1#job/}-pod-restic")" ;;
  'delete pod '*) podman pod rm --force --time=1 "$2" ;;
  'delete job/'*' --ignore-not-found') podman pod rm --force --ignore --time=1 "\${1#job/}-pod" ;;
  'delete job '*) podman pod rm --force --time=1 "$2-pod" ;;
  *) echo "this kubectl cannot $verb $*" >&2; exit 1 ;;
esac
`;

/** Containers that come before the others are kept, so that one can see what they said. */
const KEPT = { annotations: { 'io.podman.annotations.init.container.type': 'always' } };

/** A rendered tree's `kubernetes` folder, played by Podman on a machine. Claims are Podman volumes of that name. */
export class Cluster {
  readonly #machine: Machine;
  readonly #objects: readonly Fields[];
  readonly #kubectl: string;
  /** Files of the machine that stand for what a kubelet makes, by their paths. */
  readonly #files = new Map<string, string>();

  private constructor(machine: Machine, kubectl: string, objects: readonly Fields[]) {
    this.#machine = machine;
    this.#kubectl = kubectl;
    this.#objects = objects;
  }

  /**
   * Puts `kubectl` on the machine, the Secrets into the cluster, and there what `kubectl kustomize` makes of the tree.
   *
   * @param folder `kubernetes` of the rendered tree, on the host
   * @param secrets by name: environment names and values
   */
  static async make(
    machine: Machine,
    { kubectl }: KubernetesRelease,
    folder: string,
    secrets: Readonly<Record<string, Readonly<Record<string, string>>>>,
  ): Promise<Cluster> {
    await machine.write('/usr/local/bin/kubectl', KUBECTL.replaceAll('@NODE@', machine.name), '755');
    const cluster = new Cluster(machine, kubectl, await kustomize(kubectl, folder));
    for (const [name, values] of Object.entries(secrets)) {
      const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
      const secret = { ...object('v1', 'Secret', name), data: Object.fromEntries(data) as Fields };
      await cluster.#play([secret]);
    }
    for (const file of filesBelow(folder).filter((each) => /\/(?:shell|restore\/)/.test(each))) {
      const [one] = objectsOf(readFileSync(path.join(folder, file), 'utf8'));
      if (one === undefined) throw new Error(`${file} holds nothing`);
      const played = one.kind === 'Pod' ? cluster.#standing(one) : [one];
      await machine.write(`${STORE}/kubernetes/${file}`, stream(played));
    }
    for (const cronJob of cluster.#objects.filter(({ kind }) => kind === 'CronJob')) {
      const name = nameOf(cronJob);
      await machine.write(`${STORE}/cronjob/${name}.yaml`, stream(cluster.#jobOf(name)));
    }
    await cluster.#writeFiles();
    return cluster;
  }

  /** Runs the pod of a rendered CronJob once, waits for its end and removes it. Throws with its log when it fails. */
  async run(cronJob: string): Promise<string> {
    const { code, stdout, stderr } = await this.tryRun(cronJob);
    if (code !== 0) throw new Error(`the job of ${cronJob} failed\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** As `run`, whatever it comes to. */
  async tryRun(cronJob: string): Promise<CommandResult> {
    const job = `${cronJob}-once`;
    return this.#machine.run(
      `kubectl create job ${job} --from=cronjob/${cronJob} || exit 125
      status=0; kubectl wait --for=condition=Complete job/${job} --timeout=5m || status=1
      kubectl logs job/${job} 2>&1; kubectl delete job ${job} >/dev/null; exit $status`,
      { allowFail: true },
    );
  }

  /** Runs a shell command in the pod of a rendered CronJob, in the place of its own; everything else is as rendered. */
  async runInstead(cronJob: string, script: string): Promise<CommandResult> {
    return this.#runChanged(cronJob, () => ({ command: ['sh', '-c', script], args: [] }));
  }

  /** Runs the pod of a rendered CronJob as it is, after a shell command that may set the words of its own command. */
  async runAfter(cronJob: string, script: string): Promise<CommandResult> {
    return this.#runChanged(cronJob, (container) => ({
      command: ['sh', '-c', `${script}\nexec "$@"`, 'sh', ...(container.command ?? [])],
    }));
  }

  /**
   * Starts the pod of a rendered DaemonSet on this node; the name of its container. With `change` it is another
   * DaemonSet, which differs from the rendered one in its container.
   */
  async startDaemon(name: string, change?: (container: Container) => Container): Promise<string> {
    const daemonSet = this.#find('DaemonSet', name);
    const spec = daemonSet.spec as { template: { spec: PodSpec } };
    const played = change === undefined ? name : `${name}-changed`;
    const { pod, maps } = this.#playable(daemonSet, spec.template.spec, played);
    const containers = change === undefined ? pod.containers : pod.containers.map(change);
    const template = { ...spec.template, spec: { ...pod, containers } };
    await this.#play([...maps, { ...daemonSet, metadata: { name: played }, spec: { ...spec, template } }]);
    return `${played}-pod-restic`;
  }

  /** Starts the pod of a rendered `PreBackupPod`, and says what K8up asks it, in which container, and how the file then ends. */
  async startPreBackup(name: string): Promise<{ container: string; command: string; ending: string }> {
    const found = this.#find('PreBackupPod', name);
    const { pod, backupCommand, fileExtension } = found.spec as {
      pod: { spec: PodSpec };
      backupCommand: string;
      fileExtension: string;
    };
    const played = this.#playable(found, pod.spec, name);
    await this.#play([...played.maps, { ...object('v1', 'Pod', name), spec: played.pod }]);
    const container = `${name}-${String(pod.spec.containers[0]?.name)}`;
    return { container, command: backupCommand, ending: fileExtension };
  }

  /** Names of the rendered objects of a kind. */
  names(kind: string): string[] {
    return this.#objects.filter((one) => one.kind === kind).map(nameOf);
  }

  /** The only container of a rendered object's pods, as it stands there. */
  containerOf(kind: 'DaemonSet', name: string): Container {
    const { template } = this.#find(kind, name).spec as { template: { spec: PodSpec } };
    const [container] = template.spec.containers;
    if (container === undefined) throw new Error(`${name} has no container`);
    return container;
  }

  /** Starts a workload, which `kubectl` can then scale. Its only container is called `app`. */
  async deploy(name: string, container: Fields, volumes: readonly Fields[]): Promise<void> {
    await this.#start(workload(name, container, volumes));
  }

  /** Starts a workload anew, with what a component of the rendered tree has kustomize make of it. */
  async deployWith(
    component: string,
    name: string,
    container: Fields,
    volumes: readonly Fields[],
  ): Promise<void> {
    const folder = mkdtempSync(path.join(path.dirname(component), 'workload-'));
    const plain = workload(name, container, volumes);
    writeFileSync(path.join(folder, 'workload.yaml'), stream([plain]));
    writeFileSync(
      path.join(folder, 'kustomization.yaml'),
      stream([{ resources: ['workload.yaml'], components: [path.relative(folder, component)] }]),
    );
    const [made] = await kustomize(this.#kubectl, folder);
    if (made === undefined) throw new Error(`nothing is made of ${name}`);
    const spec = made.spec as { template: Fields & { spec: PodSpec } };
    if (spec.template.spec.containers[0]?.name !== 'app') throw new Error('app is not the first container');
    const maps = this.#objects.filter(({ kind }) => kind === 'ConfigMap');
    const played = asKubelet(spec.template.spec, maps, { pod: `${name}-pod`, node: this.#machine.name });
    for (const [file, text] of Object.entries(played.files)) this.#files.set(file, text);
    await this.#writeFiles();
    await this.#start({ ...made, spec: { ...spec, template: { ...spec.template, spec: played.pod } } });
  }

  async #start(deployment: Fields): Promise<void> {
    const name = nameOf(deployment);
    await this.#machine.write(`${STORE}/deployment/${name}.yaml`, stream([deployment]));
    await this.#machine.run(`kubectl scale deployment/${name} --replicas=1`);
  }

  /** A rendered object that is no pod's. */
  find(kind: string, name: string): Fields {
    return this.#find(kind, name);
  }

  async #runChanged(cronJob: string, change: (container: Container) => Fields): Promise<CommandResult> {
    const name = `${cronJob}-probe`;
    const job = this.#jobOf(cronJob, (container) => ({ ...container, ...change(container) }));
    await this.#machine.write(`${STORE}/cronjob/${name}.yaml`, stream(job));
    return this.tryRun(name);
  }

  /** A stream to play for a CronJob's Job, whose name is left open. */
  #jobOf(cronJob: string, change = (container: Container): Container => container): Fields[] {
    const found = this.#find('CronJob', cronJob);
    const { jobTemplate } = found.spec as { jobTemplate: { spec: { template: { spec: PodSpec } } } };
    const { template } = jobTemplate.spec;
    const { pod, maps } = this.#playable(found, template.spec, '@JOB@');
    const changed = { ...pod, containers: pod.containers.map(change) };
    const spec = { ...jobTemplate.spec, template: { ...template, metadata: KEPT, spec: changed } };
    return [...maps, { ...object('batch/v1', 'Job', '@JOB@'), spec }];
  }

  /** A stream to play for a pod that a person applies. A claim is played as it is. */
  #standing(pod: Fields): Fields[] {
    const played = this.#playable(pod, pod.spec as PodSpec, nameOf(pod));
    return [...played.maps, { ...pod, spec: played.pod }];
  }

  #playable(owner: Fields, pod: PodSpec, name: string): Played {
    const maps = this.#objects.filter(
      (one) => one.kind === 'ConfigMap' && namespaceOf(one) === namespaceOf(owner),
    );
    const played = asKubelet(pod, maps, { pod: name, node: this.#machine.name });
    for (const [file, text] of Object.entries(played.files)) this.#files.set(file, text);
    return played;
  }

  #find(kind: string, name: string): Fields {
    const found = this.#objects.find((one) => one.kind === kind && nameOf(one) === name);
    if (found === undefined) throw new Error(`the tree has no ${kind} ${name}`);
    return found;
  }

  async #writeFiles(): Promise<void> {
    for (const [file, text] of this.#files) await this.#machine.write(file, text);
    this.#files.clear();
  }

  async #play(objects: readonly Fields[]): Promise<void> {
    await this.#writeFiles();
    await this.#machine.run('podman kube play --network=host --quiet -', { input: stream(objects) });
  }
}

function namespaceOf({ metadata }: Fields): string {
  return (metadata as { namespace: string }).namespace;
}

function workload(name: string, container: Fields, volumes: readonly Fields[]): Fields {
  const labels = { app: name };
  return {
    ...object('apps/v1', 'Deployment', name),
    metadata: { name, namespace: 'apps' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'app', ...container }], volumes } },
    },
  };
}

/** Files below a folder, relative to it. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)));
}

/** JSON is YAML. */
function stream(objects: readonly unknown[]): string {
  return objects.map((one) => JSON.stringify(one)).join('\n---\n');
}
