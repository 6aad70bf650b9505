import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { systemd } from '../../../src/targets/systemd/target.js';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { planOf, policyOf } from '../../support/project.js';
import { remember } from '../../support/remember.js';

const Alab = `service_id: app
runtime_templates: { baremetal: b }
mounts: { persistent_volumes: [{ name: data, path: /srv/data }] }
`;

const rendered = remember(renderedFile);

function renderedFile(file: string, parallel = 2, host = 'web1'): string {
  const policy = policyOf(
    `deployments: [{ runtime: baremetal, host: web1, services: [app] }]\ndefaults: { parallel: ${parallel} }\n`,
  );
  const { plan } = planOf(policy, Alab);
  const files = systemd.render({
    plan,
    runtimes: policy.runtimes,
    templates: projectTemplates(builtinTemplates(), plan),
  });
  const found = files.find((candidate) => candidate.path === `hosts/${host}/${file}`);
  if (found === undefined) throw new Error(`no file ${file}`);
  return found.content;
}

/** A job ends when its file is there. What a job says stands in the file `JOB.says`, its exit code in `JOB.code`. */
const SYSTEMCTL = `case "$1" in
  start)
    job=\${3%.service}
    echo "start $job" >>"$W/log"
    until [ -e "$W/$job.end" ]; do PATH=\${PATH#*:} sleep 0.02; done
    echo "end $job" >>"$W/log"
    cat "$W/$job.says" 2>/dev/null
    exit "$(cat "$W/$job.code" 2>/dev/null || echo 0)" ;;
  show) cat "$W/state" 2>/dev/null || echo inactive ;;
  is-system-running) cat "$W/system" 2>/dev/null || echo running ;;
esac`;

/** A look comes soon after the one before, and none does while there is a file `asleep`. */
const SLEEP = `echo "$1" >>"$W/looks"
PATH=\${PATH#*:}
sleep 0.05
while [ -e "$W/asleep" ]; do : >"$W/held"; sleep 0.02; done`;

// It waits for processes.
jest.setTimeout(60_000);

describe('the queue', () => {
  let folder: string;
  let running: ChildProcess[];
  const at = (name: string) => path.join(folder, name);
  const lines = (name: string) =>
    existsSync(at(name)) ? readFileSync(at(name), 'utf8').split('\n').slice(0, -1) : [];
  const log = () => lines('log');
  /** Until those that wait have looked again, twice. */
  async function looks(): Promise<void> {
    const before = lines('looks').length;
    await until(() => lines('looks').length > before + 2);
  }
  const stampOf = (job: string) => at(`stamp-${job}.timer`);
  const isDue = (job: string) => statSync(stampOf(job)).mtime.getFullYear() === 2000;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'stowage-queue-'));
    running = [];
    for (const name of ['slots', 'bin', 'lib/one', 'lib/two']) mkdirSync(at(name), { recursive: true });
    writeFileSync(at('bin/systemctl'), `#!/bin/sh\n${SYSTEMCTL}\n`, { mode: 0o755 });
    writeFileSync(at('bin/sleep'), `#!/bin/sh\n${SLEEP}\n`, { mode: 0o755 });
    install('one', 2);
  });
  afterEach(() => {
    for (const child of running) signal(child, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  /** As systemd does, to every process of the unit. */
  function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
    try {
      if (pid !== undefined) process.kill(-pid, name);
    } catch {
      // It has ended.
    }
  }

  function install(project: string, parallel: number): void {
    const script = rendered('bin/queue.sh', parallel).replace('/var/lib/systemd/timers', folder);
    writeFileSync(at(`lib/${project}/queue.sh`), script, { mode: 0o755 });
  }

  /** As systemd does: with a stamp of now. */
  function queue(job: string, project = 'one') {
    writeFileSync(stampOf(job), '');
    const child = spawn(at(`lib/${project}/queue.sh`), [job], {
      env: { PATH: `${at('bin')}:${process.env.PATH ?? ''}`, RUNTIME_DIRECTORY: at('slots'), W: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    running.push(child);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr }));
    return { child, ended };
  }

  const end = (job: string) => {
    writeFileSync(at(`${job}.end`), '');
  };
  async function until(what: () => boolean): Promise<void> {
    while (!what()) await sleep(10);
  }
  const busy = () => {
    const said = log();
    return (
      said.filter((line) => line.startsWith('start')).length -
      said.filter((line) => line.startsWith('end')).length
    );
  };

  test('starts every job, and never more than two at once', async () => {
    const jobs = ['a', 'b', 'c', 'd', 'e'];
    const all = jobs.map((job) => queue(job));
    for (let done = 0; done < jobs.length; done++) {
      await until(() => busy() === Math.min(2, jobs.length - done));
      const started = log().flatMap((line) => (line.startsWith('start ') ? [line.slice(6)] : []));
      const next = started.find((job) => !existsSync(at(`${job}.end`)));
      end(next ?? '');
      await until(() => log().includes(`end ${next ?? ''}`));
    }
    for (const { ended } of all) expect(await ended).toEqual({ code: 0, stderr: '' });
    let most = 0;
    let now = 0;
    for (const line of log()) most = Math.max(most, (now += line.startsWith('start') ? 1 : -1));
    expect(most).toBe(2);
    expect(jobs.filter(isDue)).toEqual([]);
  });

  test('where projects differ the smallest number holds, whichever of them asks', async () => {
    install('two', 1);
    const first = queue('a');
    await until(() => log().includes('start a'));
    const others = [queue('b'), queue('c', 'two')];
    await until(() => isDue('b') && isDue('c'));
    await looks();
    expect(log()).toEqual(['start a']);
    for (const job of ['a', 'b', 'c']) end(job);
    for (const { ended } of [first, ...others]) expect(await ended).toMatchObject({ code: 0 });
  });

  test('a job stays due until it has ended, whatever ends the machine before', async () => {
    const job = queue('a');
    await until(() => log().includes('start a'));
    expect(isDue('a')).toBe(true);
    signal(job.child, 'SIGKILL');
    await job.ended;
    expect(isDue('a')).toBe(true);
    writeFileSync(at('system'), 'stopping');
    const interrupted = queue('b');
    end('b');
    expect(await interrupted.ended).toMatchObject({ code: 0 });
    expect(isDue('b')).toBe(true);
  });

  test('one that waits stays due also when its timer elapses once more meanwhile', async () => {
    const first = [queue('a'), queue('b')];
    await until(() => log().length === 2);
    const third = queue('c');
    await until(() => isDue('c'));
    writeFileSync(at('asleep'), '');
    await until(() => existsSync(at('held')));
    writeFileSync(stampOf('c'), '');
    expect(isDue('c')).toBe(false);
    rmSync(at('asleep'));
    await until(() => isDue('c'));
    for (const job of ['a', 'b', 'c']) end(job);
    for (const { ended } of [...first, third]) await ended;
    expect(log()).toContain('end c');
  });

  test('one that waits can be stopped: its job does not start', async () => {
    const first = queue('a');
    const second = queue('b');
    await until(() => log().length === 2);
    const third = queue('c');
    await until(() => isDue('c'));
    signal(third.child, 'SIGTERM');
    await third.ended;
    for (const job of ['a', 'b', 'c']) end(job);
    await Promise.all([first.ended, second.ended]);
    expect(log()).not.toContain('start c');
  });

  test.each([
    ['a job that failed', 1, 'Job for a.service failed because the control process exited with error code.'],
    [
      'a job whose file system cannot be mounted',
      1,
      "A dependency job for a.service failed. See 'journalctl -xe' for details.",
    ],
    ['a job that somebody stopped', 1, 'Job for a.service canceled.'],
  ])('%s has told of it itself', async (_what, code, says) => {
    writeFileSync(at('a.code'), String(code));
    writeFileSync(at('a.says'), `${says}\n`);
    end('a');
    expect(await queue('a').ended).toMatchObject({ code: 0 });
    expect(isDue('a')).toBe(false);
  });

  test.each([
    ['is gone', 5, 'Failed to start a.service: Unit a.service not found.'],
    ['is masked', 1, 'Failed to start a.service: Unit a.service is masked.'],
    ['cannot be asked for', 1, 'Failed to connect to bus: No such file or directory'],
  ])('a job that %s is told of by the queue', async (_what, code, says) => {
    writeFileSync(at('a.code'), String(code));
    writeFileSync(at('a.says'), `${says}\n`);
    end('a');
    expect(await queue('a').ended).toEqual({
      code: 1,
      stderr: `${says}\n<3>stowage: a could not be started: ${says}\n`,
    });
  });

  test('without a stamp, for a person who starts it by hand, none is made', async () => {
    const hand = queue('a');
    rmSync(stampOf('a'));
    end('a');
    expect(await hand.ended).toMatchObject({ code: 0 });
    expect(existsSync(stampOf('a'))).toBe(false);
  });

  test('a systemd that was executed anew has dropped systemctl, not the job: its turn lasts', async () => {
    writeFileSync(at('a.code'), '1');
    writeFileSync(at('a.says'), 'Failed to wait for response: Connection reset by peer\n');
    writeFileSync(at('state'), 'activating');
    end('a');
    const { child, ended } = queue('a');
    await until(() => log().includes('end a'));
    await until(() => lines('looks').includes('5'));
    expect(child.exitCode).toBeNull();
    expect(isDue('a')).toBe(true);
    writeFileSync(at('state'), 'inactive');
    expect(await ended).toMatchObject({ code: 0 });
    expect(isDue('a')).toBe(false);
  });
});

test('the timer of a backup starts the queue, the timers of maintenance start their jobs', () => {
  expect(rendered('systemd/stowage-lab-backup-app.timer')).toContain(
    '\nUnit=stowage-lab-queue@stowage-lab-backup-app.service\n',
  );
  expect(rendered('systemd/stowage-lab-forget-main.timer', 2, 'backup1')).not.toContain('Unit=');
});

test('a timer that fails is reported by its whole name', () => {
  expect(rendered('systemd/stowage-lab-backup-app.timer')).toContain(
    '\nOnFailure=stowage-lab-failure@%n.service\n',
  );
});
