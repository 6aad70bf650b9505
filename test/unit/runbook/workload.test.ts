import { describe, expect, test } from '@jest/globals';
import { runbook } from '../../../src/targets/runbook/target.js';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { shellSteps } from '../../e2e/lib/runbook.js';
import { planOf, policyOf } from '../../support/project.js';

const WIKI = `service_id: wiki.app
service_name: Family Wiki
service_unit_name: wiki-web
service_container: { vmid: 120 }
runtime_templates: { docker: a, podman: b, proxmox: c, baremetal: d }
service_volumes:
  - { name: data, target: /data }
  - { name: shelf, target: /shelf, host_path: /srv/shelf }
mounts: { persistent_volumes: [{ name: data, path: /data/pages }, { name: shelf, path: /shelf }] }
health: { cmd: [wget, -q, localhost] }
`;

function page(runtime: string, contract: string, policy = '', deployment = ''): string {
  const read = policyOf(
    `${policy}deployments: [{ runtime: ${runtime}, host: web1, services: ['*']${deployment} }]\n`,
  );
  const { plan } = planOf(read, contract);
  const files = runbook.render({
    plan,
    runtimes: read.runtimes,
    templates: projectTemplates(builtinTemplates(), plan),
  });
  return files.find(({ path }) => path === 'runbooks/wiki.app.md')?.content ?? '';
}

/** What is typed below a heading, one command a line. */
function typed(text: string, heading: string): string[] {
  return shellSteps(text)
    .filter(({ headings }) => headings.at(-1) === heading)
    .flatMap(({ commands }) => commands.trim().split('\n'));
}

const headings = (text: string) => [...text.matchAll(/^### (.*)$/gm)].map(([, heading = '']) => heading);

const CHECK = '/usr/local/lib/stowage/lab/check-unused.sh';
const VOLUME = '/var/lib/docker/volumes/wikiapp_data/_data';

describe('a Compose project', () => {
  test('is the one of the folder, stopped as a whole; then nobody may use what the workload has mounted', () => {
    const text = page('docker', WIKI);
    expect(typed(text, 'Stop the workload')).toEqual([
      'docker compose --project-name wikiapp stop',
      `${CHECK} ${VOLUME} /srv/shelf`,
    ]);
    expect(typed(text, 'Start the workload')).toEqual(['docker compose --project-name wikiapp start']);
    expect(typed(text, 'Verify')).toEqual([
      'docker compose --project-name wikiapp exec wiki.app wget -q localhost',
    ]);
  });

  test.each([
    ['defaults', 'defaults: { compose_project: homelab }\n', '', ''],
    ['the contract', 'defaults: { compose_project: wrong1 }\n', 'backup: { compose_project: homelab }\n', ''],
    ['the deployment', '', 'backup: { compose_project: wrong1 }\n', ', compose_project: homelab'],
  ])(
    'of another name, said by %s, names volumes and is no more than the service there',
    (_, policy, more, deployment) => {
      const text = page('docker', WIKI + more, policy, deployment);
      expect(typed(text, 'Stop the workload')).toEqual([
        'docker compose --project-name homelab stop wiki.app',
        `${CHECK} /var/lib/docker/volumes/homelab_data/_data /srv/shelf`,
      ]);
      expect(typed(text, 'Make the volumes again, if they are gone')).toEqual([
        'docker volume create --label=com.docker.compose.project=homelab --label=com.docker.compose.volume=data homelab_data',
      ]);
      expect(typed(text, 'Start the workload')).toEqual([
        'docker compose --project-name homelab start wiki.app',
      ]);
      expect(text).not.toContain('wrong1');
    },
  );

  test('is never made under a name of ours: a wrong one would be a second copy of everything', () => {
    const text = page('docker', WIKI, '', ', compose_project: homelab');
    expect(typed(text, 'Make the containers again, if they are gone')).toEqual([
      'docker compose up --no-start --no-recreate wiki.app',
      'docker compose --project-name homelab ps --all',
    ]);
    expect(text).not.toMatch(/--project-name \S+ up/);
  });

  test('has the services that the contract lists', () => {
    const services = 'services: [{ name: web, container_name: wiki }, { name: db }]\n';
    const text = page('docker', WIKI + services, '', ', compose_project: homelab');
    expect(typed(text, 'Stop the workload')[0]).toBe('docker compose --project-name homelab stop web db');
    expect(typed(text, 'Verify')[0]).toMatch(/^docker compose --project-name homelab exec web wget/);
  });

  test('calls a service by its name only where that is none for people to read', () => {
    const named = (name: string) =>
      typed(page('docker', WIKI.replace('Family Wiki', name)), 'Verify')[0]?.split(' ')[5];
    expect([named('wiki-web'), named('Wiki'), named('Family Wiki')]).toEqual([
      'wiki-web',
      'wiki.app',
      'wiki.app',
    ]);
  });
});

describe('a container of Quadlet', () => {
  const inside = (more: string) => typed(page('podman', WIKI + more), 'Verify');

  test('is called after its unit', () => {
    expect(inside('')).toEqual(['podman exec systemd-wiki-web wget -q localhost']);
    expect(inside('quadlet_scope: user\n')).toEqual(['podman exec systemd-wiki-web wget -q localhost']);
    const instance = page('podman', WIKI.replace('wiki-web', 'wiki@one'));
    expect(typed(instance, 'Verify')[0]).toMatch(/^podman exec systemd-wiki_one /);
  });

  test('is called as the contract says', () => {
    expect(inside('container_name: Wiki\n')).toEqual(['podman exec Wiki wget -q localhost']);
    expect(inside('services: [{ container_name: shelf }]\n')).toEqual([
      'podman exec shelf wget -q localhost',
    ]);
  });

  test('whose name cannot be is not named at all', () => {
    const text = page('podman', WIKI.replace('wiki-web', 'wiki:web'));
    expect(typed(text, 'Verify')).toEqual([]);
    expect(text).toContain('Run health.cmd of services/1.yml where the workload is.');
  });
});

describe('commands of contract and deployment', () => {
  const OWN =
    'backup: { commands: { stop: [play, "stop it"], start: [play, start], exec: [ssh, web1, "--"] } }\n';

  test.each(['docker', 'podman', 'baremetal', 'proxmox'])('stand in place of those for %s', (runtime) => {
    const text = page(runtime, WIKI + OWN, '', ', commands: { start: [redeploy, $HOME] }');
    expect(typed(text, 'Stop the workload')[0]).toBe("play 'stop it'");
    expect(typed(text, 'Stop the workload')[1]).toContain(`${CHECK} `);
    expect(typed(text, 'Start the workload')).toEqual(["redeploy '$HOME'"]);
    expect(typed(text, 'Verify')).toEqual(['ssh web1 -- wget -q localhost']);
    expect(headings(text)).not.toContain('Make the containers again, if they are gone');
  });

  test('stand in place of those of a user, and the check stays', () => {
    const text = page('podman', `${WIKI}quadlet_scope: user\n${OWN}`);
    expect(typed(text, 'Stop the workload')).toEqual([
      "play 'stop it'",
      'cd',
      '.local/lib/stowage/lab/check-unused.sh systemd-data /srv/shelf',
    ]);
    expect(typed(text, 'Start the workload')).toEqual(['play start']);
  });
});

describe('a service whose files with secrets are gone once it is deployed', () => {
  const SECRETS = 'secrets: { items: [{ name: KEY, type: env, value: x }, { name: cert, type: file }] }\n';
  const WARNING = 'Before you stop it: have its deployment at hand';

  test.each(['docker', 'podman'])('is not stopped on %s before somebody has read that', (runtime) => {
    const found = headings(page(runtime, WIKI + SECRETS));
    expect(found.indexOf(WARNING)).toBeGreaterThan(-1);
    expect(found.indexOf(WARNING)).toBe(found.indexOf('Stop the workload') - 1);
  });

  test.each([
    [
      'its start is a command that deploys it',
      `${SECRETS}backup: { commands: { start: [deploy] } }\n`,
      'docker',
    ],
    ['they stay', SECRETS.replace('{ items', '{ shred_after_apply: false, items'), 'docker'],
    ['none is a file', SECRETS.replace(', { name: cert, type: file }', ''), 'docker'],
    ['no container mounts them', SECRETS, 'baremetal'],
  ])('is stopped without a warning where %s', (_, more, runtime) => {
    expect(headings(page(runtime, WIKI + more))).not.toContain(WARNING);
  });
});

describe.each([
  ['docker', ''],
  ['podman', ''],
  ['podman', 'quadlet_scope: user\n'],
  ['baremetal', ''],
  ['proxmox', ''],
])('every page for %s %s', (runtime, more) => {
  const text = page(runtime, WIKI + more);
  const fences = shellSteps(text).filter(
    ({ headings: [, place] }) => place?.endsWith('web1') === true && !place.startsWith('The host'),
  );

  test('says at each fence where one is', () => {
    expect(fences.length).toBeGreaterThan(10);
    const before = text.split(/^```sh$/m).slice(0, -1);
    expect(before.filter((part) => !/^(?:As|On any|With what) .*:\n\n$/m.test(part.slice(-200)))).toEqual([]);
  });

  test('restores without deleting, shows, then deletes, each in a fence of its own', () => {
    expect(fences.filter(({ commands }) => /--delete\b/.test(commands))).toEqual([]);
    const kinds = ['--preview', '--apply', '--verify'];
    for (const { commands } of fences) {
      expect(kinds.filter((kind) => commands.includes(kind)).length).toBeLessThanOrEqual(1);
    }
    const order = headings(text).filter((heading) =>
      / in place$|besides$|was shown$|^(?:Stop|Start) the/.test(heading),
    );
    expect(order.slice(-5).filter((heading) => !heading.startsWith('Restore guest'))).toEqual(
      expect.arrayContaining([
        'Restore in place',
        'Show what is there besides',
        'Delete what was shown',
        'Start the workload',
      ]),
    );
    expect(order.at(-1)).toBe('Start the workload');
  });

  test('holds the jobs and retention before, and lets them run after', () => {
    const user = more === '' ? '' : ' --user';
    const [stop, forget] = typed(text, 'Hold the jobs');
    expect(stop).toContain(
      `systemctl${user} stop stowage-lab-backup-wiki.app.timer stowage-lab-backup-wiki.app.service`,
    );
    expect(forget).toBe('systemctl stop stowage-lab-forget-main.timer');
    expect(typed(text, 'Back up again').slice(-2)).toEqual([
      expect.stringMatching(`^systemctl${user} start stowage-lab-backup-wiki.app.timer`),
      'systemctl start stowage-lab-forget-main.timer',
    ]);
    expect(headings(text).indexOf('Hold the jobs')).toBeLessThan(headings(text).indexOf('Stop the workload'));
  });

  test('never leaves the newest snapshot to restic itself, which does not know which are complete', () => {
    const typedLines = shellSteps(text).flatMap(({ commands }) => commands.split('\n'));
    const newest = typedLines.filter((line) => /\blatest\b/.test(line));
    expect(newest.length).toBeGreaterThan(0);
    expect(newest.filter((line) => !/^(?:\S*lib\/stowage\/|pvesh )/.test(line))).toEqual([]);
    const ours = newest.filter((line) => !line.includes('restore-guest-'));
    expect(ours.filter((line) => !/ --host \S+ --tag \S+/.test(line))).toEqual([]);
  });
});

test('the folders that a Proxmox guest mounts are back before it starts, and it after its own disks', () => {
  const found = headings(page('proxmox', WIKI));
  const order = ['Stop the workload', 'Restore guest 120 in place', 'Restore in place', 'Start the workload'];
  expect(found.filter((heading) => order.includes(heading))).toEqual(order);
});

test('where a namespace maintains the repository, retention is held there', () => {
  const policy = policyOf(
    "    kubernetes_secret: restic\ndeployments: [{ runtime: docker, host: web1, services: ['*'] }]\n",
    '{ namespace: backup }',
  );
  const { plan } = planOf(policy, WIKI);
  const files = runbook.render({
    plan,
    runtimes: policy.runtimes,
    templates: projectTemplates(builtinTemplates(), plan),
  });
  const text = files.find(({ path }) => path === 'runbooks/wiki.app.md')?.content ?? '';
  expect(typed(text, 'Hold the jobs')[1]).toBe(
    `kubectl --namespace backup patch cronjob stowage-lab-forget-main --patch '{"spec":{"suspend":true}}'`,
  );
});
