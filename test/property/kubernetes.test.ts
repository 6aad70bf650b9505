import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { excludesInside } from '../../src/excludes/bound.js';
import { objectName, serviceFile } from '../../src/names/objects.js';
import { objectsOf, podsIn, valuesOf, type Fields } from '../unit/kubernetes/objects.js';
import { contract, mixed, renderProject, type Rendered } from '../unit/kubernetes/project.js';
import { hostileText } from '../support/hostile-text.js';

/** Text that a contract may hold: no control characters, no half of a surrogate pair. */
const TEXT = hostileText.filter(
  (text) => text !== '' && !/[\p{Cc}\p{Surrogate}\u2028\u2029\ufeff]/u.test(text),
);

/** What the kubelet makes of text in `args` (k8s.io/kubernetes, third_party/forked/golang/expansion). */
function expanded(text: string): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (whole) => (whole === '$$' ? '$' : '<expanded>'));
}

function withExclude(text: string, settings: object): Rendered | null {
  const service = contract('app', {
    service_volumes: [
      { name: 'disk', target: '/disk', host_path: '/srv/disk' },
      { name: 'data', target: '/data' },
    ],
    mounts: {
      persistent_volumes: [
        { name: 'data', path: '/data' },
        { name: 'disk', path: '/disk' },
      ],
    },
    backup: { exclude: [text], volumes: { data: { claim: 'app-data' } } },
  });
  const rendered = renderProject([service], { ...settings });
  return rendered.files.length === 0 ? null : rendered;
}

/** A pattern that would leave out a whole volume by its name is bound to each volume; any other one stays as it is. */
function excludesOf(text: string): string[] {
  const patterns = excludesInside([text], ['/backup/app/data', '/backup/app/disk']);
  return patterns.map((pattern) => `--exclude=${pattern}`);
}

test('any text reaches restic as it is, through YAML and the kubelet', () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      const rendered = withExclude(text, {});
      if (rendered === null) return;
      const [job] = objectsOf(rendered.text('kubernetes/apps/app.yaml'));
      const { args } = (
        job as {
          spec: { jobTemplate: { spec: { template: { spec: { containers: { args: string[] }[] } } } } };
        }
      ).spec.jobTemplate.spec.template.spec.containers[0] ?? { args: [] };
      expect(args.map(expanded)).toEqual(expect.arrayContaining(excludesOf(text)));
    }),
    { numRuns: 200 },
  );
});

test('any text reaches restic as it is, through the script of a scheduler', () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      const rendered = withExclude(text, { host_path_mode: 'daemonset' });
      if (rendered === null) return;
      const script = rendered
        .text('kubernetes/apps/hostpath/app.sh')
        .replace('exec /bin/sh /etc/stowage/hostpath-job.sh', String.raw`exec printf '%s\0'`);
      const { stdout, status } = spawnSync('sh', ['-c', script], {
        env: { NODE_NAME: 'n 1' },
        encoding: 'utf8',
      });
      expect(status).toBe(0);
      expect(stdout.split('\0')).toEqual(expect.arrayContaining([...excludesOf(text), '--tag=node:n 1']));
    }),
    { numRuns: 60 },
  );
});

const ID = fc.stringMatching(/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/);

test('every service has an object name and a file of its own', () => {
  fc.assert(
    fc.property(fc.uniqueArray(ID, { minLength: 2, maxLength: 20 }), (ids) => {
      const names = ids.map((id) => objectName('lab', 'backup', id));
      for (const name of names) expect(name).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$/);
      expect(new Set(names).size).toBe(ids.length);
      expect(new Set(ids.map(serviceFile)).size).toBe(ids.length);
    }),
  );
});

/** By method: a kind that only people apply, which a tree has to hold for this to look at all of it. */
const APPLIED = {
  restic: 'Pod',
  velero: 'VolumeSnapshot',
  volsync: 'ReplicationDestination',
  k8up: 'Restore',
} as const;
const METHOD = fc.constantFrom('restic', 'velero', 'volsync', 'k8up');
const KEY = fc.constantFrom('dedicated', 'node-role.kubernetes.io/control-plane', 'example.org/gpu');

test('no rendered object of any project, whoever applies it, tolerates a taint that the policy does not name', () => {
  fc.assert(
    fc.property(
      METHOD,
      fc.constantFrom('cronjob', 'daemonset'),
      fc.constantFrom('required', 'preferred'),
      fc.uniqueArray(KEY, { maxLength: 3 }),
      fc.array(fc.tuple(fc.boolean(), fc.constantFrom('data', 'data-app', 'data-other')), {
        minLength: 1,
        maxLength: 4,
      }),
      (method, host_path_mode, affinity, keys, shapes) => {
        const tolerations = keys.map((key) => ({ key, operator: 'Exists' }));
        const services = shapes.map(([hasPath, claim], at) =>
          (hasPath && method === 'restic' ? mixed : contract)(`app${at}`, {
            backup: { volumes: { data: { claim: `${claim}${at}-0` } } },
          }),
        );
        const settings = { method, host_path_mode, affinity, tolerations, volume_snapshot_class: 'fast' };
        const { files } = renderProject(services, settings);
        const objects = files
          .filter(({ path }) => path.startsWith('kubernetes/') && path.endsWith('.yaml'))
          .flatMap(({ content }) => objectsOf(content));
        expect(objects.map(({ kind }) => kind)).toContain(APPLIED[method]);
        expect(objects.flatMap(podsIn).length).toBeGreaterThan(0);
        const tolerated = objects.flatMap((object) => valuesOf('tolerations', object)).flat() as Fields[];
        expect(keys).toEqual(expect.arrayContaining(tolerated.map(({ key }) => key)));
        // A page has nothing to apply that is not among them: what it shows is a file.
        const shown = new Set(files.map(({ content }) => `~~~~yaml\n${content}~~~~\n`));
        for (const { path, content } of files) {
          if (!path.endsWith('.md')) continue;
          const words = content.replaceAll(/^~~~~yaml\n[^~]*~~~~\n/gm, (block) =>
            shown.has(block) ? '' : block,
          );
          expect(words).not.toMatch(/tolerations|apiVersion/);
        }
      },
    ),
    { numRuns: 60 },
  );
});
