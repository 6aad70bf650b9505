import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pathRows } from '../../src/cli/path-rows.js';
import { coverageTable } from '../../src/cli/coverage.js';
import { jobIndex } from '../../src/lookup/job-index.js';
import { volumesOf } from '../../src/model/job.js';
import { buildPlan } from '../../src/plan/build.js';
import { RUNTIMES } from '../../src/runtimes/registry.js';
import { renderPlan } from '../../src/targets/render.js';
import { builtinTemplates } from '../../src/template/engine.js';
import { contractsOf, policyOf } from '../support/project.js';

/** Names that are no part of each other, so that a row of a table can be found by them. */
const NAMES = ['alpha', 'bravo', 'carol'] as const;

const settings = fc.record(
  {
    claim: fc.constantFrom('app-data', 'named'),
    enabled: fc.boolean(),
    runtimes: fc.dictionary(fc.constantFrom(...RUNTIMES), fc.record({ enabled: fc.boolean() }), {
      maxKeys: 3,
    }),
  },
  { requiredKeys: [] },
);

const mount = fc.record({
  name: fc.constantFrom(...NAMES, 'cache'),
  target: fc.constantFrom('/data', '/data/alpha', '/srv', '/cache'),
  bind: fc.option(fc.constantFrom('host_path', 'source'), { nil: null }),
});

const contract = fc
  .record({
    name: fc.constantFrom('app', 'My App'),
    vmid: fc.constantFrom(null, 105),
    pvc: fc.constantFrom(null, 'app-data', 'other'),
    scope: fc.constantFrom('system', 'user'),
    mounts: fc.uniqueArray(mount, { maxLength: 3, selector: ({ name }) => name }),
    paths: fc.uniqueArray(fc.constantFrom('/data', '/data/alpha/in', '/srv/bravo', '/far'), {
      minLength: 3,
      maxLength: 3,
    }),
    volumes: fc.tuple(settings, settings, settings),
  })
  .map(({ name, vmid, pvc, scope, mounts, paths, volumes }) =>
    JSON.stringify({
      service_id: 'app',
      service_name: name,
      quadlet_scope: scope,
      ...(vmid === null ? {} : { service_container: { vmid } }),
      ...(pvc === null ? {} : { kubernetes: { pvc: { name: pvc } } }),
      runtime_templates: Object.fromEntries(RUNTIMES.map((runtime) => [runtime, 'x'])),
      service_volumes: mounts.map(({ bind, ...volume }) => ({
        ...volume,
        ...(bind === null ? {} : { [bind]: `/mnt/${volume.name}` }),
      })),
      mounts: { persistent_volumes: NAMES.map((volume, index) => ({ name: volume, path: paths[index] })) },
      backup: {
        volumes: Object.fromEntries(
          NAMES.map((volume, index) => [volume, { reason: 'because', ...volumes[index] }]),
        ),
      },
    }),
  );

const method = fc.constantFrom('restic', 'velero', 'volsync', 'k8up');

/*
 * Whether a volume is backed up somewhere: asked of the jobs, of `stowage paths`, of the coverage table, of the index and of
 * the plan in the tree.
 */
test('everything that says whether a volume is backed up says the same', () => {
  fc.assert(
    fc.property(contract, method, fc.boolean(), (text, name, secret) => {
      const policy = policyOf(
        `${secret ? '    kubernetes_secret: restic\n' : ''}runtimes: { kubernetes: { method: ${name} } }\n`,
      );
      const { plan } = buildPlan(policy, contractsOf(text));
      const files = renderPlan({ plan, runtimes: policy.runtimes, templates: builtinTemplates() });
      const content = (path: string) => files.find((file) => file.path === path)?.content ?? '';
      const index = content('README.md').split('\n');
      const written = JSON.parse(content('.stowage/plan.json')) as typeof plan;
      const table = coverageTable(plan, null).split('\n');
      const rows = pathRows(plan);
      const jobs = jobIndex(plan);
      for (const [at, placement] of (plan.services[0]?.placements ?? []).entries()) {
        const { runtime } = placement;
        const read = new Set(jobs.at('app', placement).flatMap(volumesOf));
        for (const [number, { volume }] of placement.volumes.entries()) {
          const answers = {
            paths: rows.find((row) => row.volume === volume && row.runtime === runtime)?.backed_up,
            plan: written.services[0]?.placements[at]?.volumes[number]?.backed_up,
            index: index.some((line) =>
              new RegExp(`^\\| app \\| ${volume} \\| ${runtime} \\|.*\\| backed up \\|`).test(line),
            ),
            table: table.some((line) => new RegExp(`^app +${volume} .*${runtime}.* yes *$`).test(line)),
          };
          const expected = read.has(volume);
          expect(answers).toEqual({ paths: expected, plan: expected, index: expected, table: expected });
        }
      }
    }),
    { numRuns: 400 },
  );
});
