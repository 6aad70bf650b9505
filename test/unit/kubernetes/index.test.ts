import { describe, expect, test } from '@jest/globals';
import { contract, renderProject } from './project.js';

/** The index of a tree with one service in namespace `apps`. */
const indexOf = (method: string) => renderProject([contract('wiki')], { method }).text('README.md');

describe('the index of a tree with a cluster', () => {
  test.each([
    ['restic', '`restic-main`'],
    ['k8up', '`restic-main`'],
    ['volsync', '`stowage-lab-secret-wiki-data`'],
    ['velero', ''],
  ])('names the Secrets that %s reads', (method, secrets) => {
    expect(indexOf(method)).toContain(`| apps | 1 | ${secrets} | `);
    // Nothing of Velero's or VolSync's lies in the repository itself: nobody maintains it.
    const maintained = ['restic', 'k8up'].includes(method);
    expect(indexOf(method).includes('| backup | 0 | `restic-main` | restricted |')).toBe(maintained);
  });

  test.each([
    ['restic', 'cronjobs,daemonsets'],
    ['k8up', 'cronjobs,schedules.k8up.io,prebackuppods.k8up.io'],
    ['volsync', 'cronjobs,replicationsources.volsync.backube'],
    ['velero', 'cronjobs,schedules.velero.io'],
  ])('says how to find what %s leaves behind', (method, kinds) => {
    expect(indexOf(method)).toContain(
      `kubectl get ${kinds} --all-namespaces --selector=app.kubernetes.io/managed-by=stowage`,
    );
  });
});
