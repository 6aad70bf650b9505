import { describe, expect, test } from '@jest/globals';
import { loadPolicy } from '../../../src/policy/load.js';
import type { Policy } from '../../../src/model/policy.js';
import { readVars, renderFiles } from './rendered.js';

const rootless = (id: string, more = '') => `service_id: ${id}
quadlet_scope: user
runtime_templates: { podman: a }
mounts: { persistent_volumes: [{ name: data, path: /data }] }
${more}`;

const SYSTEM = `service_id: metal
runtime_templates: { baremetal: a }
mounts: { persistent_volumes: [{ name: data, path: /srv/metal }] }
`;

const ROOTLESS_ON_PI1 = '{ runtime: podman, host: pi1, services: [radio] }';
const SYSTEM_ON_PI1 = '{ runtime: baremetal, host: pi1, services: [metal] }';

/** Two repositories of one password; the maintenance is elsewhere. */
function policyOf(deployments: string, user = ''): Policy {
  const text = `version: 1
project: lab
contracts: services/*.yml
repositories:
  a.b: { url: 'rest:http://b/x', maintenance: { host: backup1 } }
  main: { url: 'rest:http://b/y', environment_file: /etc/restic/env, maintenance: { host: backup1 } }
defaults: { repository: main }
deployments: [${deployments}]
runtimes: { podman: { image: i${user} } }
`;
  const { policy, diagnostics } = loadPolicy({ file: 'stowage.yml', text });
  if (policy === null) throw new Error(JSON.stringify(diagnostics));
  return policy;
}

const hostsOf = (files: ReturnType<typeof renderFiles>) =>
  (readVars(files, 'deploy.yml') as { hosts: string[] }[])[1]?.hosts;

describe('a host with rootless jobs', () => {
  test('and nothing else: belongs to the play, has no folder of its own, and the secrets below the home', () => {
    const files = renderFiles(policyOf(ROOTLESS_ON_PI1, ', user: media'), rootless('radio'));
    expect(hostsOf(files)).toEqual(['backup1', 'pi1']);
    expect(readVars(files, 'vars/hosts/pi1.yml')).toEqual({
      stowage_project: 'lab',
      stowage_tree: 'pi1',
      stowage_folder: '',
      stowage_addresses: [],
      stowage_rootless_addresses: ['restic-main.sh rest:http://b/y'],
      stowage_services: [],
      stowage_maintains: [],
      stowage_secrets: [],
      stowage_rootless_user: 'media',
      stowage_rootless_tree: 'pi1-user',
      stowage_rootless_folder: 'hosts/pi1/user',
      stowage_rootless_services: ['radio'],
      stowage_rootless_secrets: [
        { path: '.config/restic/lab/main.env', variable: 'stowage_lab_main_environment' },
        // The file on hosts belongs to both repositories, so it has one variable: the user's copy has the same.
        { path: '.config/restic/lab/main.password', variable: 'stowage_lab_a_b_password' },
      ],
    });
  });

  test('beside jobs of its own: both, each with its own services', () => {
    const policy = policyOf(`${ROOTLESS_ON_PI1}, ${SYSTEM_ON_PI1}`);
    const files = renderFiles(policy, rootless('radio'), SYSTEM);
    expect(hostsOf(files)).toEqual(['backup1', 'pi1']);
    expect(readVars(files, 'vars/hosts/pi1.yml')).toMatchObject({
      stowage_folder: 'hosts/pi1',
      stowage_services: ['metal'],
      stowage_rootless_folder: 'hosts/pi1/user',
      stowage_rootless_services: ['radio'],
    });
    expect(files.get('vars/hosts/pi1.yml')?.sources).toEqual(['services/1.yml', 'services/2.yml']);
  });

  test('gets no user that the policy does not name, so that one from the inventory holds', () => {
    const files = renderFiles(policyOf(ROOTLESS_ON_PI1), rootless('radio'));
    expect(readVars(files, 'vars/hosts/pi1.yml')).not.toHaveProperty('stowage_rootless_user');
    expect(files.get('vars/hosts/pi1.yml')?.content).toContain('set stowage_rootless_user for this host');
  });

  test('without a name is nobody the playbook could install', () => {
    const files = renderFiles(policyOf('{ runtime: podman, services: [radio] }'), rootless('radio'));
    expect(hostsOf(files)).toEqual(['backup1']);
    expect([...files.keys()].filter((path) => path.startsWith('vars/hosts/'))).toEqual([
      'vars/hosts/backup1.yml',
    ]);
  });

  test('a host whose only rootless volume is waived has no rootless folder', () => {
    const waived = 'backup: { volumes: { data: { enabled: false, reason: a cache } } }\n';
    const policy = policyOf(`${ROOTLESS_ON_PI1}, ${SYSTEM_ON_PI1}`);
    const files = renderFiles(policy, rootless('radio', waived), SYSTEM);
    expect(readVars(files, 'vars/hosts/pi1.yml')).toMatchObject({
      stowage_rootless_folder: '',
      stowage_rootless_secrets: [],
    });
  });
});

describe('the tasks of the playbook', () => {
  const files = renderFiles(policyOf(ROOTLESS_ON_PI1), rootless('radio'));
  const paths = [...files.keys()].filter((path) => path === 'deploy.yml' || path.startsWith('tasks/'));
  const tasks = paths.flatMap((path) => tasksBelow(readVars(files, path)));

  test('are each included, and each that is included is there', () => {
    const included = tasks.map((task) => task['ansible.builtin.include_tasks']);
    const names = included
      .filter((file) => typeof file === 'string')
      .map((file) => `tasks/${file.replace(/^tasks\//, '')}`);
    expect([...new Set(names)].sort()).toEqual(paths.filter((path) => path !== 'deploy.yml').sort());
  });

  test('use what comes with Ansible itself and nothing else', () => {
    const modules = tasks.flatMap((task) => Object.keys(task).filter((key) => key.includes('.')));
    expect(modules.length).toBeGreaterThan(40);
    expect(modules.filter((name) => !name.startsWith('ansible.builtin.'))).toEqual([]);
  });

  test('hold nothing of a project: the same for every policy', () => {
    const others = renderFiles(policyOf(SYSTEM_ON_PI1), SYSTEM);
    for (const path of paths.filter((path) => path !== 'deploy.yml'))
      expect(others.get(path)?.content).toBe(files.get(path)?.content);
  });
});

type Task = Readonly<Record<string, unknown>>;

/** Every task of a play or of a file of tasks, those in blocks too. */
function tasksBelow(value: unknown): Task[] {
  return (value as Task[]).flatMap((task) => [
    task,
    ...tasksBelow(task.tasks ?? []),
    ...tasksBelow(task.block ?? []),
  ]);
}
