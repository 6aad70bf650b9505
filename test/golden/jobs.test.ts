import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { loadProject, type Project } from '../../src/load.js';
import { repositoriesOf, volumesOf } from '../../src/model/job.js';
import { buildPlan } from '../../src/plan/build.js';
import type { Policy } from '../../src/model/policy.js';
import { settingsOf, type KubernetesSettings } from '../../src/runtimes/kubernetes/settings.js';
import { renderPlan } from '../../src/targets/render.js';
import { builtinTemplates } from '../../src/template/engine.js';
import { remember } from '../support/remember.js';
import { triggersIn, triggersOf } from '../support/triggers.js';
import { goldenCases } from './cases.mjs';

const VARIANTS: readonly (Partial<KubernetesSettings> | null)[] = [
  null,
  { method: 'restic', host_path_mode: 'cronjob' },
  { method: 'restic', host_path_mode: 'daemonset', node_selector: { disk: 'yes' } },
  { method: 'velero' },
  { method: 'volsync' },
  { method: 'k8up' },
];

function using(policy: Policy, kubernetes: Partial<KubernetesSettings> | null): Policy {
  const { runtimes } = policy;
  return { ...policy, runtimes: { ...runtimes, kubernetes: { ...settingsOf(runtimes), ...kubernetes } } };
}

function policyOf({ policy }: Project): Policy {
  if (policy === null) throw new Error('no policy');
  return policy;
}

const many = {
  name: 'many jobs',
  config: fileURLToPath(new URL('../fixtures/many-jobs/stowage.yml', import.meta.url)),
};
/** Variants are of the policy, so what is read is the same. */
const projectOf = remember(loadProject);
const cases = [...goldenCases(), many].flatMap(({ name, config }) =>
  VARIANTS.map((variant) => ({ name, config, variant })),
);

describe.each(cases)('$name with $variant', ({ config, variant }) => {
  const project = projectOf(config);
  const policy = using(policyOf(project), variant);
  const { plan } = buildPlan(policy, project.contracts);
  const files = renderPlan({ plan, runtimes: policy.runtimes, templates: builtinTemplates() });
  const { jobs } = plan;

  test('every timer, CronJob, crontab line and trigger of an operator is a job of the plan, and nothing else is', () => {
    expect(triggersOf(jobs)).toEqual(triggersIn(files));
  });

  test('no two jobs have the same id', () => {
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length);
  });

  test('forget covers the services that it has scripts for', () => {
    const scripts = files.flatMap(({ path }) => /forget\/([^/]+\/[^/]+)\.sh$/.exec(path)?.[1] ?? []);
    const covered = jobs.flatMap((job) => job.covers.map((id) => `${repositoriesOf(job)[0] ?? ''}/${id}`));
    expect(scripts.sort()).toEqual(covered.sort());
  });

  test('the tree says what a job saves, from where, and as whose snapshot', () => {
    for (const { service, place, sources, snapshot, backend, object } of jobs) {
      if (service === null) continue;
      const text = files
        .filter(
          ({ path }) => path === object.file || (path.startsWith(place.folder) && path.includes(service)),
        )
        .map(({ content }) => content)
        .join('');
      const names = [...(snapshot?.tags ?? []), snapshot?.host ?? ''];
      for (const source of sources) {
        // Velero finds claims by the labels of their pods: its object names none.
        if (source.at === 'claim' && backend !== 'velero') names.push(source.claim);
        if (source.at === 'node') names.push(source.path, source.snapshot_path);
        if (source.at === 'folder') names.push(source.path.replaceAll('%', '%%'), source.snapshot_path);
      }
      expect(names.filter((part) => !text.includes(part))).toEqual([]);
    }
  });

  test('every volume that is backed up is in one job, but where something keeps it from being one', () => {
    for (const { service_id, placements } of plan.services) {
      for (const { runtime, host, volumes, obstacles } of placements) {
        const own = jobs.filter(
          ({ service, runtime: on, place }) =>
            service === service_id && on === runtime && (place.on === 'host' ? place.host : null) === host,
        );
        const wanted = volumes.filter(({ backed_up }) => backed_up && obstacles.length === 0);
        const read = own.flatMap(volumesOf);
        const guest = own.find(({ kind }) => kind === 'guest-dump');
        // A guest's dump has the files of a dumped database too: a server that has none cannot start to load it.
        const twice = wanted.filter(({ volume, dumped_by }) => {
          return dumped_by !== undefined && guest !== undefined && volumesOf(guest).includes(volume);
        });
        expect(read.sort()).toEqual([...wanted, ...twice].map(({ volume }) => volume).sort());
      }
    }
  });
});
