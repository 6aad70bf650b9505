import { describe, expect, test } from '@jest/globals';
import { planOf, policyOf } from '../../support/project.js';
import { policyWith, readVars, renderFiles, templatedTexts, Unsafe } from './rendered.js';

const volume = (name: string, path: string) => `    - { name: ${name}, path: ${JSON.stringify(path)} }\n`;

const app = (id: string, more = '') =>
  `service_id: ${id}\nruntime_templates: { baremetal: a, docker: b }\nmounts:\n  persistent_volumes:\n${volume('data', `/srv/${id}`)}${more}`;

const ON_TWO_HOSTS = `deployments:
  - { runtime: baremetal, host: pi1, services: [app, solo] }
  - { runtime: baremetal, host: pi2, services: [app] }
`;

/** An expression, a block and a comment of Jinja, and what YAML itself could trip over. */
const HOSTILE = [
  "{{ lookup('pipe', 'id') }}",
  '{% for x in y %}',
  '{# gone #}',
  `it's "quoted": #`,
  '!unsafe {{ x }}',
  '*anchor',
  'yes',
];

describe('variables of a service', () => {
  test('in one place: plain values', () => {
    const files = renderFiles(ON_TWO_HOSTS, app('app'), app('solo', 'backup: { timeout: 90m }\n'));
    expect(readVars(files, 'vars/services/solo.yml')).toMatchObject({
      restic_service: 'solo',
      restic_repository_name: 'main',
      restic_repository: 'rest:http://backup:8000/infra',
      restic_password_file: '/etc/restic/password',
      restic_tags: ['service:solo'],
      restic_timeout_minutes: 90,
      restic_host: 'solo',
      restic_backup_paths: ['/srv/solo'],
    });
  });

  test('in several places: those of the host that asks', () => {
    const vars = readVars(renderFiles(ON_TWO_HOSTS, app('app'), app('solo')), 'vars/services/app.yml');
    expect(vars).toMatchObject({
      restic_place: '{{ inventory_hostname }}',
      restic_backup_paths: '{{ restic_places[restic_place].backup_paths }}',
      restic_places: { pi1: { backup_paths: ['/srv/app'] }, pi2: { host: 'app@pi2' } },
    });
  });

  test('on no named host: nobody chooses a place in silence', () => {
    const vars = readVars(renderFiles('', app('app')), 'vars/services/app.yml');
    expect(vars).not.toHaveProperty('restic_place');
    expect(Object.keys((vars as { restic_places: object }).restic_places)).toEqual([
      'any-baremetal',
      'any-docker',
    ]);
  });

  test('a pattern below the view of the jobs becomes one below the path of the host', () => {
    const contract = app(
      'app',
      'backup: { exclude: ["/backup/app/data/log", "**/tmp", "!/backup/app/data/keep"] }\n',
    );
    const policy = 'deployments: [{ runtime: baremetal, host: pi1, services: [app] }]\n';
    const odd = contract.replace('"/srv/app"', '"/srv/a[1]*"');
    expect(readVars(renderFiles(policy, odd), 'vars/services/app.yml')).toMatchObject({
      restic_exclude: ['/srv/a\\[1]\\*/log', '**/tmp', '!/srv/a\\[1]\\*/keep'],
    });
  });

  test('a pattern that would match a folder above the data is bound to what lies in it', () => {
    const contract = app('app', 'backup: { exclude: ["**/srv/**", "**/tmp"] }\n');
    const policy = 'deployments: [{ runtime: baremetal, host: pi1, services: [app] }]\n';
    expect(readVars(renderFiles(policy, contract), 'vars/services/app.yml')).toMatchObject({
      restic_exclude: ['/srv/app/**/srv/**', '**/tmp'],
    });
  });

  // Played with restic 0.18: what is left out is the same here as in the jobs.
  test.each([
    ['data/cache', ['/srv/app/cache', '/srv/app/**/data/cache']],
    ['/backup/*/data/cache', ['/srv/app/cache']],
    ['!/backup/*/data/keep', ['!/srv/app/keep']],
    ['s*/**/keep', ['/srv/app/**/s*/**/keep']],
    ['app/*.log', ['/srv/app/**/app/*.log']],
  ])('%j means the same as in the jobs, whatever the folders on the way are called', (pattern, exclude) => {
    const contract = app('app', `backup: { exclude: [${JSON.stringify(pattern)}] }\n`);
    const policy = 'deployments: [{ runtime: baremetal, host: pi1, services: [app] }]\n';
    expect(readVars(renderFiles(policy, contract), 'vars/services/app.yml')).toMatchObject({
      restic_exclude: exclude,
    });
  });

  test('what only a cluster runs has none', () => {
    const files = renderFiles(
      '',
      'service_id: app\nruntime_templates: { kubernetes: a }\nmounts: { persistent_volumes: [] }\n',
    );
    expect([...files.keys()].filter((path) => path.startsWith('vars/services/'))).toEqual([]);
  });
});

describe('variables of a host for one job and one timer', () => {
  const policy = (deployments: string) =>
    `defaults: { exclude: ["**/tmp"] }\ndeployments: [${deployments}]\n`;
  const own = app('app', 'backup: { exclude: ["*.log"], volumes: { data: { exclude: [/cache] } } }\n');

  test('hold every folder, and what is left out of each', () => {
    const files = renderFiles(
      policy('{ runtime: baremetal, host: pi1, services: ["*"] }'),
      own,
      app('solo', volume('more', '/srv/more')),
    );
    expect(readVars(files, 'vars/shared/pi1.yml')).toEqual({
      restic_host: 'pi1',
      restic_services: ['app', 'solo'],
      restic_repository_name: 'main',
      restic_repository: 'rest:http://backup:8000/infra',
      restic_password_file: '/etc/restic/password',
      restic_backup_paths: ['/srv/app', '/srv/solo', '/srv/more'],
      restic_exclude: ['/srv/app/**/*.log', '/srv/app/cache', '/srv/solo/**/tmp', '/srv/more/**/tmp'],
    });
  });

  test('name no repository where the services have several, and are not there for a host without folders', () => {
    const files = renderFiles(
      policyWith({ main: '', other: '' }),
      app('app', 'backup: { repository: main }\n'),
      app('solo', 'backup: { repository: other }\n'),
    );
    expect(readVars(files, 'vars/shared/pi1.yml')).not.toHaveProperty('restic_repository');
    expect(files.get('vars/shared/pi1.yml')?.content).toContain('several repositories (main, other)');
    expect([...files.keys()].filter((path) => path.startsWith('vars/shared/'))).toEqual([
      'vars/shared/pi1.yml',
    ]);
  });
});

describe('text that Ansible could take for an expression', () => {
  const contract = `service_id: app
runtime_templates: { baremetal: a }
mounts:
  persistent_volumes:
    - { name: data, path: !unsafe "/srv/app{{ lookup('pipe', 'id') }}" }
backup:
  exclude: [${HOSTILE.map((text) => `!unsafe ${JSON.stringify(text)}`).join(', ')}]
`;
  const policy = `defaults: { exclude: ${JSON.stringify(HOSTILE)} }
deployments: [{ runtime: baremetal, host: pi1, services: [app] }]
`;
  const files = renderFiles(policy, contract);

  test('comes back literally, and marked', () => {
    const vars = readVars(files, 'vars/services/app.yml') as Record<string, unknown[]>;
    expect(vars.restic_backup_paths).toEqual([new Unsafe("/srv/app{{ lookup('pipe', 'id') }}")]);
    expect(vars.restic_exclude).toEqual(
      HOSTILE.map((text) => (/\{[{%#]/.test(text) ? new Unsafe(text) : text)),
    );
  });

  test('is nowhere left unmarked', () => {
    const paths = [...files.keys()].filter((path) => path.startsWith('vars/'));
    expect(paths).toEqual([
      'vars/services/app.yml',
      'vars/hosts/backup1.yml',
      'vars/hosts/pi1.yml',
      'vars/shared/pi1.yml',
    ]);
    for (const path of paths) {
      expect(templatedTexts(readVars(files, path)).filter((text) => /\{[{%#]/.test(text))).toEqual([]);
    }
  });

  test('does not reach the playbook at all', () => {
    expect(files.get('deploy.yml')?.content).not.toContain("'pipe'");
  });
});

describe('variables of a host', () => {
  const secrets = (repositories: Readonly<Record<string, string>>) => {
    const services = Object.keys(repositories).map((name, index) =>
      app(`app${index}`, `backup: { repository: ${name} }\n`),
    );
    const vars = readVars(renderFiles(policyWith(repositories), ...services), 'vars/hosts/pi1.yml');
    return (vars as { stowage_secrets: unknown }).stowage_secrets;
  };

  test('name its services, its folder and the variables with its secrets', () => {
    const policy = `deployments: [{ runtime: baremetal, host: pi1, services: ['*'] }]\n`;
    expect(readVars(renderFiles(policy, app('app')), 'vars/hosts/pi1.yml')).toEqual({
      stowage_project: 'lab',
      stowage_tree: 'pi1',
      stowage_folder: 'hosts/pi1',
      stowage_addresses: ['restic-main.sh rest:http://backup:8000/infra'],
      stowage_rootless_addresses: [],
      stowage_services: ['app'],
      stowage_maintains: [],
      stowage_secrets: [{ variable: 'stowage_lab_main_password', path: '/etc/restic/password' }],
      stowage_rootless_tree: 'pi1-user',
      stowage_rootless_folder: '',
      stowage_rootless_services: [],
      stowage_rootless_secrets: [],
    });
  });

  test('a file that two repositories share has one variable', () => {
    expect(
      secrets({ main: ', environment_file: /etc/restic/env', another: ', environment_file: /etc/b' }),
    ).toEqual([
      { path: '/etc/b', variable: 'stowage_lab_another_environment' },
      { path: '/etc/restic/env', variable: 'stowage_lab_main_environment' },
      { path: '/etc/restic/password', variable: 'stowage_lab_another_password' },
    ]);
  });

  test('a name with other signs becomes a variable that Ansible takes', () => {
    expect(secrets({ main: '', 'off-site.2': ', password_file: /etc/p' })).toContainEqual({
      path: '/etc/p',
      variable: 'stowage_lab_off_site_2_password',
    });
  });
});

describe('the playbook', () => {
  test('is for exactly the hosts that have a folder', () => {
    const [look, play] = readVars(renderFiles(ON_TWO_HOSTS, app('app'), app('solo')), 'deploy.yml') as {
      hosts: string[];
      tasks: { vars?: { stowage_hosts: string[] } }[];
    }[];
    expect(look?.tasks[0]?.vars?.stowage_hosts).toEqual(['backup1', 'pi1', 'pi2']);
    expect(play?.hosts).toEqual(['backup1', 'pi1', 'pi2']);
  });

  test('adding a service changes its own file and those of its hosts, nothing else', () => {
    const policy = `deployments: [{ runtime: baremetal, host: pi1, services: ['*'] }, { runtime: docker, host: web1, services: [app] }]\n`;
    const before = renderFiles(policy, app('app'));
    const after = renderFiles(policy, app('app'), app('new'));
    const changed = [...after].filter(([path, file]) => before.get(path)?.content !== file.content);
    expect(changed.map(([path]) => path)).toEqual([
      'vars/services/new.yml',
      'vars/hosts/pi1.yml',
      'vars/shared/pi1.yml',
    ]);
  });
});

describe('names that mean something else to Ansible', () => {
  test.each([
    ["deployments: [{ runtime: baremetal, host: all, services: ['*'] }]\n", 8],
    ["deployments: [{ runtime: baremetal, host: ungrouped, services: ['*'] }]\n", 8],
  ])('a host with the name of a group that always exists: %s', (text, line) => {
    const found = planOf(policyOf(text), app('app')).diagnostics;
    const span = expect.objectContaining({ file: 'stowage.yml', line }) as unknown;
    expect(found).toContainEqual(expect.objectContaining({ code: 'STW580', severity: 'error', span }));
  });

  test('repositories whose secrets would have one variable', () => {
    const codes = (names: Readonly<Record<string, string>>) =>
      planOf(policyWith(names), app('app')).diagnostics.filter(({ severity }) => severity === 'error');
    expect(codes({ main: '', 'off-site': '', 'off.site': '' })).toEqual([
      expect.objectContaining({ code: 'STW581', span: expect.objectContaining({ line: 7 }) as unknown }),
    ]);
    expect(codes({ main: '', 'off-site': '', 'off-side': '' })).toEqual([]);
  });
});
