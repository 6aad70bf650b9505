import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Cluster } from './cluster.js';
import { clusterProject, IMAGE, URL } from './cluster-project.js';
import type { CommandResult } from './host.js';
import { importImage } from './images.js';
import type { Snapshot } from './jobs.js';
import type { KubernetesRelease } from './kubernetes.js';
import type { Machine } from './machine.js';
import { render } from './program.js';

/** Where the server keeps the repository of the example. */
export const REPOSITORY = '/srv/restic/cluster';

/** The example of a cluster, played on a machine. */
export class Played {
  readonly cluster: Cluster;
  readonly #machine: Machine;
  readonly #rendered: string;

  constructor(machine: Machine, rendered: string, cluster: Cluster) {
    this.#machine = machine;
    this.#rendered = rendered;
    this.cluster = cluster;
  }

  /** A page of the tree: `mail`, `repositories/main`. */
  page(name: string): string {
    return readFileSync(path.join(this.#rendered, `runbooks/${name}.md`), 'utf8');
  }

  /** Types commands of a page. */
  async type(commands: string): Promise<CommandResult> {
    return this.#machine.run(['sh', '-euxc', `cd /root\n${commands}`], { timeout: 170 });
  }

  /** What restic says of the repository. */
  async restic(args: string): Promise<string> {
    const { stdout } = await this.#machine.run(
      `RESTIC_PASSWORD=secret restic --no-cache --repo ${URL} ${args}`,
    );
    return stdout;
  }

  async snapshots(service: string): Promise<Snapshot[]> {
    return JSON.parse(await this.restic(`snapshots --no-lock --json --tag service:${service}`)) as Snapshot[];
  }
}

/** Renders the example and plays it, with a server for its repository, which is made, and an image; without any data yet. */
export async function playedCluster(machine: Machine, release: KubernetesRelease): Promise<Played> {
  const project = clusterProject();
  await render(project);
  const serve = 'restic-rest-server --path /srv/restic --no-auth --listen 127.0.0.1:8000';
  await machine.run(`systemd-run --quiet --unit=rest-server ${serve}`);
  await importImage(machine, 'podman', IMAGE, 'restic');
  const tree = path.join(project.rendered, 'kubernetes');
  const cluster = await Cluster.make(machine, release, tree, {
    'restic-main': { RESTIC_PASSWORD: 'secret' },
  });
  const played = new Played(machine, project.rendered, cluster);
  await played.restic('init');
  return played;
}
