import { expect, test } from '@jest/globals';
import { systemd } from '../../../src/targets/systemd/target.js';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { planOf, policyOf } from '../../support/project.js';

/** What the backup of a service and the prune of its repository say of folders. */
function settings(repository: string): Record<string, string[]> {
  const policy = policyOf(
    'deployments: [{ runtime: baremetal, host: h1, services: ["*"] }]\n',
    '{ host: h1 }',
  );
  const [main] = policy.repositories;
  if (main === undefined) throw new Error('no repository');
  const local = { ...policy, repositories: [{ ...main, url: repository }] };
  const { plan } = planOf(
    local,
    'service_id: app\nruntime_templates: { baremetal: a }\nmounts: { persistent_volumes: [{ name: data, path: /srv/app }] }\n',
  );
  const files = systemd.render({
    plan,
    runtimes: policy.runtimes,
    templates: projectTemplates(builtinTemplates(), plan),
  });
  return Object.fromEntries(
    ['backup-app', 'prune-main'].map((job) => {
      const unit = files.find(({ path }) => path.endsWith(`/stowage-lab-${job}.service`))?.content ?? '';
      return [job, unit.match(/^(BindPaths|ReadWritePaths|ProtectHome)=.*$/gm) ?? []];
    }),
  );
}

test('a repository is written to where it is', () => {
  const expected = ['ReadWritePaths=/srv/restic', 'ProtectHome=yes'];
  expect(settings('/srv/restic')).toEqual({ 'backup-app': expected, 'prune-main': expected });
});

// Played with systemd 257: otherwise no job finds the repository, or none starts (226/NAMESPACE).
test.each(['/backup/restic', '/tmp/restic', '/var/tmp/a/restic'])(
  'at %s, where the job has a view of its own, it is mounted',
  (path) => {
    const expected = [`BindPaths=${path}:${path}`, 'ProtectHome=yes'];
    expect(settings(path)).toEqual({ 'backup-app': expected, 'prune-main': expected });
  },
);

test('in a home folder it is not hidden from the job', () => {
  const expected = ['ReadWritePaths=/home/restic/repo', 'ProtectHome=read-only'];
  expect(settings('/home/restic/repo')).toEqual({ 'backup-app': expected, 'prune-main': expected });
});
