import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { listTree } from '../../../src/output/disk.js';
import { loadPolicy } from '../../../src/policy/load.js';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { systemd } from '../../../src/targets/systemd/target.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { planOf } from '../../support/project.js';

/** One project on the host web1, which maintains its repository too. */
interface Checkout {
  readonly project: string;
  readonly services: readonly string[];
  readonly url?: string;
}

const WORK: Checkout = { project: 'work', services: ['erp', 'wiki'], url: '/srv/work' };
const HOME: Checkout = { project: 'home', services: ['wiki'], url: '/srv/home' };

const contract = (id: string) => `service_id: ${id}
runtime_templates: { baremetal: a }
mounts: { persistent_volumes: [{ name: data, path: /srv/${id} }] }
`;

/** Files that tests name or that the installer reads; of its other files each is one more of the same sort. */
const NAMED = /install[.]sh|[/]etc[/]|-(?:backup|forget|prune|check)-|(?:backup|restic-main|forget)[.]sh/;

let checkouts = '';
beforeAll(() => {
  checkouts = mkdtempSync(path.join(tmpdir(), 'stowage-checkouts-'));
});
afterAll(() => {
  rmSync(checkouts, { recursive: true });
});

/** The tree of a checkout, written once: installers leave it as it is. */
function folderOf({ project, services, url = '/srv/repo' }: Checkout): string {
  const folder = path.join(checkouts, [project, ...services, url].join('-').replaceAll('/', '-'));
  if (existsSync(folder)) return folder;
  const text = `version: 1
project: ${project}
contracts: services/*.yml
repositories: { main: { url: ${url}, maintenance: { host: web1 } } }
deployments: [{ runtime: baremetal, host: web1, services: ['*'] }]
`;
  const { policy } = loadPolicy({ file: 'stowage.yml', text });
  if (policy === null) throw new Error('not a policy');
  const { plan } = planOf(policy, ...services.map(contract));
  const templates = projectTemplates(builtinTemplates(), plan);
  for (const file of systemd.render({ plan, runtimes: policy.runtimes, templates })) {
    if (!NAMED.test(file.path)) continue;
    mkdirSync(path.dirname(path.join(folder, file.path)), { recursive: true });
    writeFileSync(path.join(folder, file.path), file.content);
  }
  return folder;
}

describe('whose the jobs of a host are', () => {
  let folder: string;
  let root: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'stowage-ownership-'));
    root = path.join(folder, 'root');
    mkdirSync(root);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(file: string, content: string): void {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  }

  const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

  /** Runs the installer of a checkout; the running systemd is left alone. */
  function install(checkout: Checkout, ...options: string[]) {
    const script = path.join(folderOf(checkout), 'hosts/web1/install.sh');
    const run = spawnSync('sh', [script, ...options], {
      env: { PATH: process.env.PATH, DESTDIR: root },
      encoding: 'utf8',
    });
    return { code: run.status, out: run.stdout, err: run.stderr };
  }

  /** What was there before projects had names. */
  function installOld(services: readonly string[], url: string): void {
    const jobs = [...services.map((id) => `backup-${id}`), 'forget-main', 'prune-main', 'check-main'];
    const units = jobs.flatMap((job) => [`stowage-${job}.service`, `stowage-${job}.timer`]);
    const files = [
      ...[...units, 'stowage-failure@.service'].map((unit) => `/etc/systemd/system/${unit}`),
      ...['restic-main.sh', 'forget.sh', ...services.map((id) => `forget/main/${id}.sh`)].map(
        (script) => `/usr/local/lib/stowage/${script}`,
      ),
      '/etc/sysusers.d/stowage.conf',
      '/etc/tmpfiles.d/stowage.conf',
    ];
    for (const file of files)
      write(file, file.endsWith('restic-main.sh') ? `  --setenv=RESTIC_REPOSITORY=${url} \\\n` : 'old\n');
    write('/var/lib/stowage/installed/web1', `${files.sort().join('\n')}\n`);
  }

  const files = () => listTree(root, '').files;
  const jobs = () =>
    files().flatMap((file) => /stowage-(.*-(?:backup|forget)-.*)[.]timer$/.exec(file)?.[1] ?? []);
  const jobsOf = (project: string, ...services: string[]) =>
    ['backup', 'forget'].flatMap((kind) =>
      (kind === 'backup' ? services : ['main']).map((name) => `${project}-${kind}-${name}`),
    );

  test('two projects stand side by side, and one goes without a trace in the other', () => {
    expect(install(HOME).code).toBe(0);
    const home = files();
    expect(install(WORK).code).toBe(0);
    expect(jobs()).toEqual([...jobsOf('home', 'wiki'), ...jobsOf('work', 'erp', 'wiki')]);
    expect(install(WORK, '--uninstall').code).toBe(0);
    expect(files()).toEqual(home);
    expect(existsSync(path.join(root, 'var/lib/stowage/work'))).toBe(false);
    expect(existsSync(path.join(root, 'usr/local/lib/stowage/work'))).toBe(false);
    expect(install(HOME).out).not.toContain('install /');
  });

  test('what another tree of the same project has installed too stays for that one', () => {
    install(WORK);
    const shared = ['backup.sh', 'restic-main.sh'].map((name) => `/usr/local/lib/stowage/work/${name}`);
    write('var/lib/stowage/work/installed/any-docker', shared.map((file) => `${file}\n`).join(''));
    expect(install(WORK, '--uninstall').code).toBe(0);
    expect(files()).toEqual([
      ...shared.map((file) => file.slice(1)),
      'var/lib/stowage/work/installed/any-docker',
    ]);
  });

  test('of the last project not even a folder is left, but for what a job has to tell its next run', () => {
    install(HOME);
    for (const note of ['machine', 'pipe']) write(`var/lib/stowage/home/jobs/backup-wiki/${note}`, '');
    expect(install(HOME, '--uninstall').code).toBe(0);
    for (const gone of ['var/lib/stowage', 'usr/local/lib/stowage'])
      expect([gone, existsSync(path.join(root, gone))]).toEqual([gone, false]);
    install(HOME);
    write('var/lib/stowage/home/jobs/backup-wiki/mounts', 'x\n');
    write('usr/local/lib/stowage/home/mine.sh', 'not ours\n');
    expect(install(HOME, '--uninstall').code).toBe(0);
    expect(files()).toEqual([
      'usr/local/lib/stowage/home/mine.sh',
      'var/lib/stowage/home/jobs/backup-wiki/mounts',
    ]);
  });

  test('what is left from before projects had names is taken over, all of it', () => {
    installOld(['erp', 'wiki'], '/srv/work');
    const old = files();
    const dry = install(WORK, '--dry-run');
    expect(dry.out).toContain('remove /etc/systemd/system/stowage-backup-erp.timer\n');
    expect(files()).toEqual(old);
    expect(install(WORK)).toMatchObject({ code: 0, err: '' });
    expect(files().filter((file) => old.includes(file))).toEqual([]);
    expect(jobs()).toEqual(jobsOf('work', 'erp', 'wiki'));
    expect(existsSync(path.join(root, 'var/lib/stowage/installed'))).toBe(false);
  });

  test('an interrupted take-over goes on', () => {
    installOld(['erp', 'wiki'], '/srv/work');
    rmSync(path.join(root, 'etc/systemd/system/stowage-backup-erp.timer'));
    rmSync(path.join(root, 'usr/local/lib/stowage/restic-main.sh'));
    expect(install(WORK).code).toBe(0);
    expect(jobs()).toEqual(jobsOf('work', 'erp', 'wiki'));
  });

  test.each([
    ['a job that is not here', ['erp', 'wiki', 'crm'], '/srv/work', 'Not here: backup-crm'],
    ['a repository that lies elsewhere', ['wiki'], '/srv/home', 'With another address: restic-main.sh'],
  ])('of old jobs that may be another project’s nothing is changed: %s', (_, services, url, why) => {
    installOld(services, url);
    const before = files();
    const { code, err } = install(WORK);
    expect(code).toBe(1);
    expect(err).toContain(why);
    expect(err).toContain('/var/lib/stowage/installed/web1');
    expect(files()).toEqual(before);
    expect(install(WORK, '--replace').code).toBe(0);
    expect(jobs()).toEqual(jobsOf('work', 'erp', 'wiki'));
  });

  test('old jobs of what is plainly another project are left alone', () => {
    installOld(['mail'], '/srv/mail');
    const before = files();
    const { code, err } = install(WORK);
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('are left alone') });
    expect(before.filter((file) => !files().includes(file))).toEqual([]);
    expect(install(WORK, '--uninstall').code).toBe(0);
    expect(files()).toEqual(before);
  });

  test.each([
    ['no job in common', { project: 'work', services: ['mail'], url: '/srv/work' }],
    [
      'another repository of the same name',
      { project: 'work', services: ['wiki', 'mail'], url: '/srv/mail' },
    ],
  ])('another checkout that is called the same is refused: %s', (_, other) => {
    expect(install(WORK).code).toBe(0);
    const before = files();
    const refused = install(other);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('another project that is called work too');
    expect(refused.err).toContain('backup-erp');
    expect(files()).toEqual(before);
    expect(install(other, '--replace').code).toBe(0);
    expect(jobs()).toEqual(jobsOf('work', ...[...other.services].sort()));
  });

  test('services come and go, and a repository moves', () => {
    expect(install(WORK).code).toBe(0);
    expect(install({ ...WORK, services: ['wiki', 'mail'] }).code).toBe(0);
    expect(install({ ...WORK, services: ['wiki', 'mail'], url: '/srv/new' }).code).toBe(0);
    expect(jobs()).toEqual(jobsOf('work', 'mail', 'wiki'));
  });

  test('a file that the list of another project names is refused; the printed command puts the list right', () => {
    install(HOME);
    const list = 'var/lib/stowage/home/installed/web1';
    const right = read(list);
    write(list, `/etc/systemd/system/stowage-work-backup-wiki.timer\n${right}`);
    const before = files();
    const { code, err } = install(WORK);
    expect(code).toBe(1);
    expect(err).toContain(`belongs to another project: the list ${root}/${list} names it`);
    expect(files()).toEqual(before);
    const [, command = ''] = /^ {2}(grep .*)$/m.exec(err) ?? [];
    expect(spawnSync('sh', ['-c', command]).status).toBe(0);
    expect(read(list)).toBe(right);
    expect(install(WORK).code).toBe(0);
  });
});
