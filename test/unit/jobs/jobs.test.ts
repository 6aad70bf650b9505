import { settingsOf } from '../../../src/runtimes/kubernetes/settings.js';
import { settingsOf as podmanSettings } from '../../../src/runtimes/podman/settings.js';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { expand } from '../../../src/jobs/expand.js';
import type { JobKind } from '../../../src/jobs/kind.js';
import { prune } from '../../../src/jobs/prune/kind.js';
import { loadProject } from '../../../src/load.js';
import type { Job } from '../../../src/model/job.js';
import { buildPlan } from '../../../src/plan/build.js';
import { planOf, policyOf } from '../../support/project.js';

const STATELESS =
  'service_id: stateless\nmounts: { persistent_volumes: [] }\nruntime_templates: { docker: d }\n';
const WAIVED =
  'service_id: waived\nservice_volumes: [{ name: cache, target: /cache }]\n' +
  'mounts: { persistent_volumes: [{ name: cache, path: /cache }] }\n' +
  'backup: { volumes: { cache: { enabled: false, reason: can be fetched again } } }\n' +
  'runtime_templates: { docker: d }\n';
const PHOTOS =
  'service_id: photos\nservice_volumes: [{ name: data, target: /data }]\n' +
  'mounts: { persistent_volumes: [{ name: data, path: /data }] }\nruntime_templates: { docker: d }\n';
const ON_WEB1 = 'deployments: [{ runtime: docker, host: web1, services: ["*"] }]\n';

describe('a service that has nothing to back up', () => {
  const fixed = (margin: string) =>
    policyOf(
      `    prune: "30 2 * * *"\n    margin: ${margin}\ndefaults: { schedule: "30 2 * * *", spread: 0m }\n${ON_WEB1}`,
    );
  const { plan, diagnostics } = planOf(fixed('10m'), STATELESS, WAIVED);

  test('has no job, and is in the way of none', () => {
    expect(plan.jobs).toEqual([]);
    expect(diagnostics.filter(({ code }) => code.startsWith('STW71'))).toEqual([]);
  });

  test('cannot be older than it may be', () => {
    const policy = policyOf(`defaults: { schedule: "@daily", max_age: 12h }\n${ON_WEB1}`);
    expect(planOf(policy, STATELESS, WAIVED).diagnostics.map(({ code }) => code)).not.toContain('STW713');
    expect(planOf(policy, PHOTOS).diagnostics.map(({ code }) => code)).toContain('STW713');
  });

  test('takes no minute: the others have theirs without it', () => {
    const policy = policyOf(`defaults: { spread: 4h }\n${ON_WEB1}`);
    const alone = planOf(policy, PHOTOS).plan.jobs;
    expect(planOf(policy, PHOTOS, STATELESS, WAIVED).plan.jobs).toEqual(alone);
  });
});

test('a job that nothing would render is a bug, never no job, nor one that is taken for a backup', () => {
  const { plan } = planOf(policyOf(ON_WEB1), PHOTOS);
  const [job] = plan.jobs;
  if (job === undefined) throw new Error('no job');
  const draft = { ...job, wish: { at: 'near', job: job.id } } as const;
  const resolved = { project: 'lab', repositories: [], placed: [] };
  const drill = (own: Partial<JobKind>): JobKind => {
    return { name: 'drill', stem: 'drill', task: null, usual_time: null, expand: () => [draft], ...own };
  };
  expect(expand(resolved, [drill({})])).toEqual([draft]);
  expect(() => expand(resolved, [drill({ task: prune.task })])).toThrow(
    `systemd does not know what ${job.id} runs`,
  );
  expect(() => expand(resolved, [drill({ expand: () => [{ ...draft, service: null }] })])).toThrow(job.id);
});

describe('many jobs', () => {
  const config = fileURLToPath(new URL('../../fixtures/many-jobs/stowage.yml', import.meta.url));
  const { policy, contracts } = loadProject(config);
  if (policy === null) throw new Error('no policy');
  const jobsWith = (method: 'restic' | 'velero' | 'volsync' | 'k8up'): readonly Job[] => {
    const kubernetes = { ...settingsOf(policy.runtimes), method };
    return buildPlan({ ...policy, runtimes: { ...policy.runtimes, kubernetes } }, contracts).plan.jobs;
  };
  const jobs = jobsWith('restic');

  test('a Proxmox guest with bind mounts has two, at two times', () => {
    const own = jobs.filter(({ id }) => id.endsWith(':mail@pve1'));
    expect(own.map(({ id }) => id)).toEqual(['backup:mail@pve1', 'guest-dump:mail@pve1']);
    expect(new Set(own.map(({ schedule }) => schedule.cron)).size).toBe(2);
    expect(own.map(({ snapshot }) => snapshot?.tags)).toEqual([
      ['service:mail'],
      ['service:mail', 'part:guest'],
    ]);
  });

  test('claims and hostPaths of one service have one each', () => {
    expect(
      jobs.filter(({ service }) => service === 'wiki.one').map(({ id, backend }) => [id, backend]),
    ).toEqual([
      ['backup:wiki.one@kubernetes/apps', 'cronjob'],
      ['backup:wiki.one/hostpath@kubernetes/apps', 'crond'],
    ]);
  });

  test('VolSync has one for each claim, together, in repositories that nobody of ours maintains', () => {
    const own = jobsWith('volsync').filter(({ service }) => service === 'queue');
    expect(own.map(({ id, store, zone, locks }) => [id, store?.in, zone, locks])).toEqual([
      ['backup:queue/queue-data@kubernetes/apps', 'below-repository', 'operator', []],
    ]);
    expect(jobsWith('volsync').map(({ id }) => id)).not.toContain('forget:pods@kubernetes/upkeep');
  });

  test('a K8up Schedule is three, whose prune and check keep clear of the repository’s own', () => {
    const all = jobsWith('k8up');
    const own = all.filter(({ service }) => service === 'queue');
    expect(own.map(({ kind, object }) => [kind, object.entry])).toEqual([
      ['backup', 'backup'],
      ['prune', 'prune'],
      ['check', 'check'],
    ]);
    const times = all.filter(({ kind }) => kind === 'prune').map(({ schedule }) => schedule.cron);
    expect(times.length).toBeGreaterThan(new Set(times).size - 1);
    expect(own[1]?.schedule.cron).not.toBe(all.find(({ id }) => id === 'prune:local@vault1')?.schedule.cron);
  });

  test('forget covers nothing whose snapshots an operator forgets', () => {
    const covered = (method: 'restic' | 'k8up') =>
      jobsWith(method).find(({ id }) => id === 'forget:local@vault1')?.covers;
    expect(covered('restic')).toContain('queue');
    expect(covered('k8up')).toEqual(['archive', 'bound', 'mail', 'notes', 'shop']);
  });

  test('each says what makes it what it is', () => {
    const facts = (id: string) => jobs.find((job) => job.id === id)?.facts;
    expect(facts('guest-dump:mail@pve1')).toEqual({ mode: 'snapshot', transfer: 'stream' });
    expect(facts('backup:wiki.one@kubernetes/apps')).toMatchObject({ method: 'restic' });
    expect(facts('backup:notes@box1/user')).toEqual({ image: podmanSettings(policy.runtimes).image });
    expect(facts('check:local@vault1')).toEqual({ read_data_subsets: '12' });
  });
});
