import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemd } from '../../../src/targets/systemd/target.js';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { planOf, policyOf } from '../../support/project.js';

const APP = `service_id: app
runtime_templates: { docker: a }
service_volumes: [{ name: data, host_path: /srv/app, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
`;

function script(): string {
  const policy = policyOf('deployments: [{ runtime: docker, host: web1, services: [app] }]\n');
  const { plan } = planOf(policy, APP);
  const files = systemd.render({
    plan,
    runtimes: policy.runtimes,
    templates: projectTemplates(builtinTemplates(), plan),
  });
  return files.find((file) => file.path === 'hosts/web1/bin/check-unused.sh')?.content ?? '';
}

/** The engines are stand-ins: what they say is how docker 26 and podman 5 answer. The kernel is the real one. */
describe('whether anybody uses a target', () => {
  let folder: string;
  let target: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'stowage-unused-')));
    target = path.join(folder, "a target's $HOME");
    mkdirSync(path.join(folder, 'bin'));
    mkdirSync(target);
    // Who is no root asks inside the namespace of the containers; here that is where one is.
    standIn('podman', 'case $1 in unshare) shift; exec "$@" ;; *) exit 125 ;; esac');
    standIn('id', 'echo 0');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function standIn(name: string, body: string): void {
    writeFileSync(path.join(folder, 'bin', name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }

  /** A container of Podman with this mount. */
  function container(source: string, writable = true, status = 'running'): void {
    const answer = `podman ${status} wiki \n+${String(writable)} ${source}\n\n`.replaceAll("'", `'\\''`);
    standIn('podman', `case $1 in ps) echo 0123 ;; inspect) printf '%s' '${answer}' ;; *) exit 125 ;; esac`);
  }

  function ask(...targets: readonly string[]) {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script(), 'check-unused.sh', ...targets], {
      env: { PATH: `${folder}/bin:${process.env.PATH ?? ''}` },
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  test('nobody does', () => {
    expect(ask(target)).toEqual({ status: 0, stdout: `${target} is used by nobody\n`, stderr: '' });
  });

  test.each([
    [2, 'once more', { status: 0, stderr: '' }],
    [99, 'in vain', { status: 1, stderr: 'the processes of this machine cannot be looked at\n' }],
  ])(
    'a process that ends while it is looked at is no answer: all are asked again (%d)',
    (times, _how, end) => {
      const real = spawnSync('sh', ['-c', 'command -v awk'], { encoding: 'utf8' }).stdout.trim();
      standIn(
        'awk',
        `case $* in *look_at_maps*) ;; *) exec ${real} "$@" ;; esac
echo >>"$0.calls"; [ "$(wc -l <"$0.calls")" -gt ${times} ] || { cat >/dev/null; echo 'awk: read error (No such process)' >&2; exit 2; }
exec ${real} "$@"`,
      );
      expect(ask(target)).toMatchObject(end);
    },
  );

  test('not even what was never there', () => {
    expect(ask(path.join(folder, 'gone', 'deep')).status).toBe(0);
  });

  test('a process that has a file of it open is named', () => {
    const file = openSync(path.join(target, 'db'), 'w');
    const child = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', file] });
    try {
      const { status, stderr } = ask(path.join(folder, 'bin'), target);
      expect(status).toBe(1);
      expect(stderr).toContain(`${target} is in use:\n`);
      expect(stderr).toMatch(
        new RegExp(`process ${String(child.pid)} \\(.*\\).*, which has .*/db open`, 'u'),
      );
      expect(stderr).not.toContain('bin is in use');
    } finally {
      child.kill('SIGKILL');
      closeSync(file);
    }
  });

  test('a container that has it mounted, or what lies in it, is named', () => {
    container(target);
    expect(ask(target)).toMatchObject({
      status: 1,
      stderr: `${target} is in use:\n  container wiki (podman)\nStop what uses it, and ask again.\n`,
    });
    container(`${target}/inner`, false);
    expect(ask(target).status).toBe(1);
    container(`${target}-beside`);
    expect(ask(target).status).toBe(0);
  });

  test.each(['exited', 'stopped', 'dead', 'removing'])(
    'one that is listed and is %s uses nothing',
    (status) => {
      container(target, true, status);
      expect(ask(target).status).toBe(0);
    },
  );

  test.each(['restarting', 'paused', 'created'])('one that is %s will use it again', (status) => {
    container(target, true, status);
    expect(ask(target).status).toBe(1);
  });

  test('a container that may write above it counts, one that only reads there does not', () => {
    container(folder);
    expect(ask(target).status).toBe(1);
    container(folder, false);
    expect(ask(target).status).toBe(0);
    // Such as an agent that sees the whole machine.
    container('/');
    expect(ask(target).status).toBe(0);
  });

  test('a mount of all volumes of an engine is no use of one of them', () => {
    const volumes = path.join(folder, 'volumes');
    container(volumes);
    expect(ask(`${volumes}/wiki_data/_data`).status).toBe(0);
    expect(ask(`${volumes}/wiki_data/_data/deep`).status).toBe(0);
    container(`${volumes}/wiki_data/_data`);
    expect(ask(`${volumes}/wiki_data/_data/deep`).status).toBe(1);
  });
});
