import { describe, expect, test } from '@jest/globals';
import { cronJob, podOf } from './cron-job.js';
import { objectsOf } from './objects.js';
import { contract, mixed, renderProject, type Json } from './project.js';

describe('a claim of one pod of a StatefulSet', () => {
  const POD = 'statefulset.kubernetes.io/pod-name';
  const replica = (claim: string) => contract('wiki', { backup: { volumes: { data: { claim } } } });
  const text = (claim: string, settings: Json = {}) =>
    JSON.stringify(cronJob(replica(claim), settings).spec.jobTemplate.spec.template.spec.affinity);

  test.each(['required', 'preferred'])(
    'the job goes to that pod’s node and to that of no other pod of the label, affinity %s',
    (affinity) => {
      const term = {
        topologyKey: 'kubernetes.io/hostname',
        labelSelector: { matchLabels: { [POD]: 'wiki-2' } },
      };
      const terms = affinity === 'required' ? [term] : [{ weight: 100, podAffinityTerm: term }];
      expect(JSON.parse(text('data-wiki-2', { affinity }))).toEqual({
        podAffinity: { [`${affinity}DuringSchedulingIgnoredDuringExecution`]: terms },
      });
    },
  );

  test('the pod to restore in goes there too, and needs no node while the set is stopped', () => {
    const tree = renderProject([replica('data-wiki-2')], { affinity: 'required' });
    const [pod] = objectsOf(tree.text('kubernetes/apps/restore/wiki.yaml')) as [{ spec: { affinity: Json } }];
    expect(pod.spec.affinity).toEqual({
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: {
              topologyKey: 'kubernetes.io/hostname',
              labelSelector: { matchLabels: { [POD]: 'wiki-2' } },
            },
          },
        ],
      },
    });
  });

  test('of a set that is called otherwise, once the contract says so', () => {
    const run = (workload: Json) =>
      contract('wiki', {
        backup: { kubernetes: { workload }, volumes: { data: { claim: 'data-pages-2' } } },
      });
    const named = run({ name: 'pages', selector: { 'app.kubernetes.io/name': 'pages' } });
    expect(JSON.stringify(podOf(cronJob(named)).affinity)).toContain(`{"matchLabels":{"${POD}":"pages-2"}}`);
    const codes = (service: Json) => renderProject([service]).diagnostics.map(({ code }) => code);
    expect(codes(named)).toEqual([]);
    expect(codes(replica('data-pages-2'))).toEqual(['STW558']);
    expect(codes(run({ kind: 'Deployment' }))).toEqual([]);
  });

  test.each(['data-wiki', 'data-other-2', 'wiki-2', 'datawiki-2', 'data-wiki-2-old'])(
    '%s is none',
    (claim) => {
      expect(text(claim)).not.toContain(POD);
    },
  );

  test('claims of several pods draw a warning where one job needs them all', () => {
    const codes = (claim: string, settings: Json = {}) =>
      renderProject(
        [
          mixed('wiki', {
            backup: { volumes: { data: { claim: 'data-wiki-0' }, media: { claim } } },
          }),
        ],
        settings,
      ).diagnostics.map(({ code, severity }) => `${code} ${severity}`);
    expect(codes('data-wiki-1')).toEqual(['STW551 warning']);
    expect(codes('log-wiki-0')).toEqual([]);
    expect(codes('data-wiki-1', { method: 'k8up' })).toEqual([]);
  });
});
