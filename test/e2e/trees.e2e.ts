import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fieldTable, MINORS, objectProblems } from '../unit/kubernetes/objects.js';
import { progress } from './lib/host.js';
import { kubernetesOf, kustomize, type KubernetesRelease } from './lib/kubernetes.js';
import { exampleProject, render } from './lib/program.js';
import { RealCluster } from './lib/real-cluster.js';
import { note } from './lib/runs.js';
import { treeOf } from './lib/told.js';

describe('the tree', () => {
  let releases: readonly KubernetesRelease[];
  let folder: string;
  const tree = (...parts: readonly string[]): string => path.join(folder, ...parts);

  beforeAll(async () => {
    releases = [await kubernetesOf('kubernetes-trixie'), await kubernetesOf('kubernetes-sid')];
    folder = await treeOf({});
  });

  test('is what kubectl of the oldest and of the newest release make of it, whole and by namespace', async () => {
    const whole: string[] = [];
    for (const { kubectl, version } of releases) {
      const objects = await kustomize(kubectl, tree());
      const parts = await Promise.all(
        ['apps', 'backup', 'mail'].map(async (name) => kustomize(kubectl, tree(name))),
      );
      const sorted = (list: readonly unknown[]): string[] => list.map((one) => JSON.stringify(one)).sort();
      expect({ version, objects: sorted(parts.flat()) }).toEqual({ version, objects: sorted(objects) });
      whole.push(JSON.stringify(objects));
    }
    expect(new Set(whole).size).toBe(1);
  });

  test('has no field that the oldest or the newest release does not know', async () => {
    const other = exampleProject('homelab', {});
    await render(other);
    for (const { kubectl, fields } of releases) {
      const objects = [
        ...(await kustomize(kubectl, tree())),
        ...(await kustomize(kubectl, path.join(other.rendered, 'kubernetes'))),
      ];
      expect(objects.length).toBeGreaterThan(20);
      expect(objects.flatMap((object) => objectProblems(object, fields))).toEqual([]);
    }
  });

  test('is held by the unit tests against these very releases', () => {
    const [oldest, newest] = releases;
    expect(oldest?.minor).toBe(MINORS[0]);
    for (const { minor, fields } of releases) {
      // Debian's unstable moves on by itself; that is no fault of ours, and the test before this one has held.
      if (minor !== MINORS[0] && minor !== MINORS[1]) {
        progress(`Debian has Kubernetes ${minor}; test/fixtures/kubernetes ends with ${MINORS[1]}`);
        expect(Number(newest?.minor.split('.')[1])).toBeGreaterThan(Number(MINORS[1].split('.')[1]));
      } else {
        const { fixture, own } = { fixture: fieldTable(minor), own: fields };
        expect(Object.fromEntries(Object.keys(own).map((name) => [name, fixture[name]]))).toEqual(own);
      }
    }
  });
});

/** Registered only where there is a cluster to ask: everywhere else the run says at its end that nobody was asked. */
function onRealCluster(): void {
  let cluster: RealCluster;

  beforeAll(async () => {
    cluster = new RealCluster((await kubernetesOf('kubernetes-sid')).kubectl);
    await cluster.open();
  });

  afterAll(async () => cluster.close());

  test('takes every object of the tree', async () => {
    const objects = await kustomize(
      (await kubernetesOf('kubernetes-sid')).kubectl,
      path.join(cluster.project.rendered, 'kubernetes'),
    );
    const said = await cluster.dryRun();
    expect(said).toHaveLength(objects.length);
    expect(said.filter((line) => !line.endsWith('(server dry run)'))).toEqual([]);
  });

  test(
    'runs the job of a claim',
    async () => {
      expect(await cluster.backUp()).toMatchObject([
        { hostname: 'notes', tags: ['service:notes'], paths: ['/backup/notes/data'] },
      ]);
    },
    20 * 60_000,
  );
}

if (process.env.KUBECONFIG === undefined) {
  note('not-run', 'the objects on a real cluster: KUBECONFIG names none');
} else {
  describe('a real cluster', onRealCluster);
}
