import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { copyOfSources, type Copy } from '../support/copy-of-sources.js';

/**
 * A kind of job that nobody has heard of, made as CONTRIBUTING.md says: one folder, a script, and its lines in the
 * registry. Nothing else of the copied sources is touched.
 */
const KIND = `import { repositoryDrafts } from '../drafts.js';
import type { JobKind } from '../kind.js';

/** Counts the snapshots of each service. */
export const audit: JobKind = {
  name: 'audit',
  stem: 'audit',
  task: {
    does: 'Count snapshots in',
    when: 'count snapshots in',
    is_watch: false,
    command: { script: 'audit', args: () => ['--all'] },
    each_service: {
      template: 'host/audit-service.sh.hbs',
      context: ({ service_id }, library) => ({ script: \`\${library}/audit.sh\`, service: service_id }),
    },
  },
  usual_time: { schedule: '0 12 * * *', spread: 60 },
  expand: (resolved, earlier) =>
    repositoryDrafts(audit, resolved, earlier, ({ repository }) => ({
      locks: [{ repository: repository.name, mode: 'shared' }],
      covers: resolved.placed.map(({ service }) => service.service_id),
    })),
};
`;
const TIME_SCHEMA = {
  title: 'Audit',
  description: 'When snapshots are counted.',
  type: ['string', 'object'],
  properties: { window: { description: 'From when to when.', type: 'string', examples: ['11:00-13:00'] } },
  examples: ['0 12 * * *'],
};

const OLD = fileURLToPath(new URL('../fixtures/version-1/restic.json', import.meta.url));

const POLICY = `version: 1
project: lab
contracts: app.yml
repositories:
  onhost: { url: "rest:http://backup:8000/a", maintenance: { host: backup1 } }
  inpods:
    url: rest:http://backup:8000/b
    kubernetes_secret: restic
    maintenance: { namespace: backup }
    audit: "30 13 * * *"
defaults: { repository: REPOSITORY }
deployments: [{ runtime: docker, host: web1, services: [app] }]
`;
const CONTRACT = `service_id: app
service_name: app
runtime_templates: { docker: a }
service_volumes: [{ name: data, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
`;

let copy: Copy;

beforeAll(() => {
  copy = copyOfSources();
});

afterAll(() => {
  copy.remove();
});

/** The tree of the project whose service is backed up into one of the repositories. */
function render(repository: string): (path: string) => string {
  copy.put(`${repository}/stowage.yml`, POLICY.replace('REPOSITORY', repository));
  copy.put(`${repository}/app.yml`, CONTRACT);
  copy.run('dist/stowage.js', 'render', '--config', `${repository}/stowage.yml`);
  return (path) => copy.text(`${repository}/rendered/${path}`);
}

test('its jobs are planned, rendered and shown wherever those of other kinds are', () => {
  copy.put('src/jobs/audit/kind.ts', KIND);
  copy.put('src/jobs/audit/time.schema.json', JSON.stringify(TIME_SCHEMA));
  copy.put('templates/host/audit.sh.hbs', '#!/bin/sh\n# {{comment header}}\nrestic snapshots\n');
  copy.put(
    'templates/host/audit-service.sh.hbs',
    '#!/bin/sh\n# {{comment header}}\n{{script}} {{service}}\n',
  );
  const registry = copy.text('src/jobs/registry.ts');
  copy.put(
    'src/jobs/registry.ts',
    `import { audit } from './audit/kind.js';\n${registry.replace('check, locks]', 'check, locks, audit]')}`,
  );
  expect(copy.mistakes('src/jobs/registry.ts')).toEqual([]);
  copy.run('src/build/build.mjs');
  expect(copy.run('dist/stowage.js', 'schema', 'policy')).toContain('When snapshots are counted.');

  const host = render('onhost');
  const unit = host('hosts/backup1/systemd/stowage-lab-audit-onhost.service');
  expect(unit).toContain('Description=Count snapshots in restic repository onhost\n');
  expect(unit).toContain(
    'ExecStart=/usr/local/lib/stowage/lab/audit.sh --all /usr/local/lib/stowage/lab/audit/onhost\n',
  );
  expect(host('hosts/backup1/systemd/stowage-lab-audit-onhost.timer')).toMatch(/^OnCalendar=\*-\*-\* 12:/m);
  expect(host('hosts/backup1/bin/audit.sh')).toContain('restic snapshots');
  expect(host('hosts/backup1/bin/audit/onhost/app.sh')).toContain(
    '/usr/local/lib/stowage/lab/audit.sh app\n',
  );
  expect(host('runbooks/repositories/onhost.md')).toContain('| Forget, prune, check, audit | `');
  expect(host('.stowage/plan.json')).toContain('"id": "audit:onhost@backup1"');

  const pods = render('inpods');
  const manifest = pods('kubernetes/backup/maintenance-audit-inpods.yaml');
  expect(manifest).toContain('name: stowage-lab-audit-inpods');
  expect(manifest).toContain('30 13 * * *');
  expect(manifest).toMatch(/- \/etc\/stowage\/audit\.sh\n +- "?--all"?\n +- \/etc\/stowage-audit\n/);
  const shard =
    /name: (stowage-lab-audit-inpods-[0-9a-f])\n +namespace: backup\n +files:\n +- audit\/inpods\/app\.sh/.exec(
      pods('kubernetes/backup/kustomization.yaml'),
    );
  expect(manifest).toContain(`name: ${shard?.[1] ?? 'no shard'}\n`);
  expect(pods('kubernetes/backup/scripts/audit.sh')).toContain('restic snapshots');

  const { jobs } = JSON.parse(
    copy.run('dist/stowage.js', 'schedule', '--config', 'inpods/stowage.yml', '--format', 'json'),
  ) as { jobs: { kind: string; cron: string }[] };
  expect(jobs.find(({ kind }) => kind === 'audit')?.cron).toBe('30 13 * * *');
  expect(
    copy.run('dist/stowage.js', 'report', '--config', 'inpods/stowage.yml', '--format', 'markdown'),
  ).toContain('audit');

  // A plan of the time when nobody had heard of it has no such job, and can be read.
  const old = JSON.parse(readFileSync(OLD, 'utf8')) as { plan: object; files: Record<string, string> };
  copy.put('old/.stowage/plan.json', JSON.stringify(old.plan));
  for (const [path, content] of Object.entries(old.files)) copy.put(`old/${path}`, content);
  const change = copy.run(
    ...['dist/stowage.js', 'diff', '--config', 'inpods/stowage.yml', '--from', 'old', '--fail-on', 'none'],
  );
  expect(change).toContain('verdict: ');
  expect(change).not.toMatch(/audit.* is gone/);
});
