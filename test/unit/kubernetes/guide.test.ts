import { settingsOf } from '../../../src/runtimes/kubernetes/settings.js';
import { describe, expect, test } from '@jest/globals';
import { kubernetesJobs } from '../../../src/runtimes/kubernetes/render/cluster.js';
import type { Step } from '../../../src/model/guide.js';
import { kubernetesSteps } from '../../../src/runtimes/kubernetes/pages.js';
import { contract, mixed, renderProject, type Json } from './project.js';

const HEALTH = { health: { cmd: ['true'] }, service_security: { run_as_user: 1000 } };

/** The steps of a service's page. */
function stepsOf(service: Json, kubernetes: Json = {}): Step[] {
  const { plan, policy } = renderProject([service], kubernetes);
  const settings = policy === null ? undefined : settingsOf(policy.runtimes);
  const [job] = plan === null ? [] : kubernetesJobs(plan);
  if (job === undefined || settings === undefined) throw new Error('nothing is planned');
  return kubernetesSteps(job, settings);
}

const headings = (steps: readonly Step[]) => steps.map(({ heading }) => heading);

/** The commands of one step, the arguments of each in one line. */
function commandsOf(steps: readonly Step[], heading: string): string[] {
  const step = steps.find((candidate) => candidate.heading === heading);
  const all = [...(step?.pipelines ?? []), ...(step?.fences ?? []).flatMap(({ pipelines }) => pipelines)];
  return all.map((pipeline) => pipeline.map((words) => words.join(' ')).join(' | '));
}

describe('the page of a service on Kubernetes', () => {
  test('verifies before it makes the restored state the newest snapshot', () => {
    expect(headings(stepsOf(contract('wiki', HEALTH)))).toEqual([
      'When the claim wiki-data is gone',
      'Start a pod to restore in',
      'Start it in a namespace at level restricted',
      'Choose a snapshot',
      'Look into a snapshot',
      'Restore aside',
      'Hold the jobs',
      'Stop the workload',
      'Restore in place',
      'Show what is there besides',
      'Delete what was shown',
      'Check owners',
      'Start the workload',
      'Verify',
      'Remove the pod',
      'Back up again',
    ]);
  });

  test("a namespace at level restricted is rid of lost+found, at which its user's restic would stop", () => {
    const steps = stepsOf(contract('wiki', HEALTH));
    expect(commandsOf(steps, 'Start it in a namespace at level restricted').at(-1)).toBe(
      'kubectl --namespace apps exec stowage-lab-restore-wiki -- find /backup/wiki/data -maxdepth 1 -name lost+found -type d -exec rmdir {} ;',
    );
  });

  test.each([
    [
      { method: 'volsync' },
      [
        'Hold the backups',
        'Stop the workload',
        'Restore claim wiki-data in place',
        'Start the workload',
        'Verify',
        'Let the backups run again',
        'From time to time: check the repository of claim wiki-data',
      ],
    ],
    [
      { method: 'k8up' },
      [
        'List snapshots',
        'Stop the workload',
        'Restore claim wiki-data in place',
        'Start the workload',
        'Verify',
      ],
    ],
    [
      { method: 'velero' },
      [
        'List backups',
        'Restore aside',
        'Hold the backups',
        'Stop the workload',
        'Delete the workload and its claims, with their data',
        'Restore in place',
        'Verify',
        'Let the backups run again',
      ],
    ],
  ])('for %j', (settings, expected) => {
    expect(headings(stepsOf(contract('wiki', HEALTH), settings))).toEqual(expected);
  });

  test.each(['volsync', 'k8up'])('waits until %s has restored before the workload starts', (method) => {
    const steps = stepsOf(contract('wiki'), { method });
    const [applied, waited] = commandsOf(steps, 'Restore claim wiki-data in place');
    expect(applied).toContain('kubectl apply');
    expect(waited).toContain('kubectl --namespace apps wait');
  });

  test('checks what VolSync has stored by hand, in a shell of the claim’s own repository', () => {
    const steps = stepsOf(contract('wiki'), { method: 'volsync' });
    const [applied = '', , check] = commandsOf(
      steps,
      'From time to time: check the repository of claim wiki-data',
    );
    expect(check).toContain(' -- restic check --read-data');
    const tree = renderProject([contract('wiki')], { method: 'volsync' });
    const [, file = ''] = /^kubectl apply --filename=(.*)$/.exec(applied) ?? [];
    expect(tree.text(file)).toContain('rest:http://backup:8000/main/volsync/apps/wiki-data');
    expect(tree.text(file)).toContain('name: stowage-lab-secret-wiki-data');
    expect(tree.text('runbooks/wiki.md')).toContain(
      'No job checks these, and none fails because a claim is empty',
    );
  });

  test('Velero restores aside before anything is deleted', () => {
    const steps = stepsOf(contract('wiki'), { method: 'velero' });
    expect(commandsOf(steps, 'Restore aside')).toEqual([
      'velero --namespace=velero restore create --from-schedule=stowage-lab-backup-wiki --include-namespaces=apps ' +
        '--namespace-mappings=apps:stowage-lab-aside-apps --selector=app=wiki --wait',
    ]);
    expect(commandsOf(steps, 'Delete the workload and its claims, with their data')).toEqual([
      'kubectl --namespace apps delete deployment/wiki',
      'kubectl --namespace apps delete persistentvolumeclaim wiki-data',
    ]);
  });

  test('a backup can be made again and again', () => {
    expect(commandsOf(stepsOf(contract('wiki')), 'Back up again')).toEqual([
      'kubectl --namespace apps delete job/stowage-lab-backup-wiki-now --ignore-not-found',
      'kubectl --namespace apps create job stowage-lab-backup-wiki-now --from=cronjob/stowage-lab-backup-wiki',
      'kubectl --namespace apps logs --follow --pod-running-timeout=10m job/stowage-lab-backup-wiki-now',
      'kubectl --namespace apps get job/stowage-lab-backup-wiki-now',
      'kubectl --namespace apps patch cronjob stowage-lab-backup-wiki --patch {"spec":{"suspend":false}}',
      'kubectl --namespace backup patch cronjob stowage-lab-forget-main --patch {"spec":{"suspend":false}}',
    ]);
    expect(commandsOf(stepsOf(contract('wiki')), 'Hold the jobs')).toEqual([
      'kubectl --namespace apps patch cronjob stowage-lab-backup-wiki --patch {"spec":{"suspend":true}}',
      'kubectl --namespace backup patch cronjob stowage-lab-forget-main --patch {"spec":{"suspend":true}}',
    ]);
  });

  test('hostPaths that a scheduler backs up are backed up in its pod on their node', () => {
    const daemonset = { host_path_mode: 'daemonset' };
    const only = {
      service_volumes: [{ name: 'data', target: '/data', host_path: '/srv/wiki' }],
    };
    const steps = stepsOf(contract('wiki', only), daemonset);
    const [pods = '', run, ...others] = commandsOf(steps, 'Back up again');
    expect(run).toBe('kubectl --namespace apps exec POD -- sh /etc/stowage-jobs/wiki.sh');
    expect(steps.at(-1)?.text).toContain('in place of POD');
    expect(others.join()).not.toContain('stowage-lab-backup-wiki');
    // The labels of the very pods that the DaemonSet makes.
    const tree = renderProject([contract('wiki', only)], daemonset);
    const [name = ''] = tree.paths.filter((path) => /apps\/hostpath-.*\.yaml$/.test(path));
    const [instance = ''] = /app\.kubernetes\.io\/instance=\S+/.exec(pods) ?? [];
    expect(tree.text(name)).toContain(instance.replace('=', ': '));
    // The claim of this one has a CronJob of its own.
    expect(commandsOf(stepsOf(mixed('photos'), daemonset), 'Back up again')).toHaveLength(8);
  });

  test.each([
    ['volsync', 'as snapshots of host volsync.'],
    ['k8up', 'with the tag k8up:wiki that hold /data/CLAIM.'],
    ['velero', 'restic cannot read these backups.'],
  ])('does not say of %s what only holds of our own snapshots', (method, said) => {
    const both = contract('wiki', { runtime_templates: { kubernetes: 'k.j2', docker: 'd.j2' } });
    const kubernetes = { runtime: 'kubernetes', services: ['*'] };
    const page = (deployments: Json[]) =>
      renderProject([both], { method }, { deployments }).text('runbooks/wiki.md');
    const alone = page([kubernetes]);
    expect(alone).toContain(said);
    for (const wrong of ['service:wiki', '/backup/wiki', 'of host `wiki`', 'another runtime', '`latest`']) {
      expect([wrong, alone]).toEqual([wrong, expect.not.stringContaining(wrong)]);
    }
    expect(alone.includes('| Repository |')).toBe(method !== 'velero');
    // What Docker's own job makes is told as ever, and of Kubernetes still what the operator does.
    const docker = { runtime: 'docker', host: 'web1', services: ['*'], snapshot_host: 'elsewhere' };
    const beside = page([kubernetes, docker]);
    expect(beside).toContain(said);
    expect(beside).toContain('as snapshots of host `elsewhere`.');
    expect(beside).toContain('| data | `/data` | `/backup/wiki/data` |');
  });
});
