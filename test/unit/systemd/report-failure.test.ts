import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemd } from '../../../src/targets/systemd/target.js';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { planOf, policyOf } from '../../support/project.js';
import { remember } from '../../support/remember.js';

const APP = `service_id: app
runtime_templates: { baremetal: b }
mounts: { persistent_volumes: [{ name: data, path: /srv/data }, { name: attic, path: /srv/attic }] }
`;
const UNIT = 'stowage-lab-backup-app';

/** What `systemctl show` prints of the views: systemd 252 and 257, measured. */
const VIEWS =
  '/srv/the data:/backup/app/data:rbind /srv/at: tic\\n:/backup/app/attic:rbind /srv/a:rbind:/backup/app/a:rbind';

const rendered = remember((file: string): string => {
  const policy = policyOf('deployments: [{ runtime: baremetal, host: web1, services: [app] }]\n');
  const { plan } = planOf(policy, APP);
  const files = systemd.render({
    plan,
    runtimes: policy.runtimes,
    templates: projectTemplates(builtinTemplates(), plan),
  });
  return files.find((candidate) => candidate.path === `hosts/web1/${file}`)?.content ?? '';
});

describe('a view of a source', () => {
  test('must be there, so that nothing but the source decides whether restic starts', () => {
    const views = rendered(`systemd/${UNIT}.service`).match(/^BindReadOnlyPaths=.*$/gm);
    expect(views).toEqual([
      'BindReadOnlyPaths=/srv/data:/backup/app/data',
      'BindReadOnlyPaths=/srv/attic:/backup/app/attic',
    ]);
  });
});

describe('the report of a failure', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'stowage-report-'));
    mkdirSync(path.join(folder, 'hooks'));
    standIn('sleep', 'echo "$1" >>"$PAUSES"');
    standIn('wall', 'cat >"$WALL"');
    standIn('systemctl', `printf '%s\\n' "$VIEWS"`);
    standIn(
      'journalctl',
      `case " $* " in *' INVOCATION_ID=12ab '*) echo '17.25 host systemd[1]: Starting'; echo '18.5 host x'; exit ;; esac
      echo "$*" >"$CALL"; printf '%s\\n' "$WORDS"`,
    );
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function standIn(name: string, script: string): void {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Runs the report, with hooks of its own, on what the journal has of the job. */
  function report(words: string, environment: Readonly<Record<string, string>> = {}, unit = UNIT) {
    const script = rendered('bin/report-failure.sh')
      .replaceAll('/etc/stowage/on-failure.d', `${folder}/hooks`)
      .replaceAll('/var/lib/stowage', `${folder}/state`);
    const result = spawnSync('sh', ['-c', script, 'sh', unit], {
      encoding: 'utf8',
      env: {
        PATH: `${folder}:${process.env.PATH ?? ''}`,
        CALL: `${folder}/call`,
        PAUSES: `${folder}/pauses`,
        WALL: `${folder}/wall`,
        WORDS: words,
        VIEWS,
        ...environment,
      },
    });
    return { code: result.status, stdout: result.stdout, stderr: result.stderr };
  }
  const noView = (place: string): string =>
    `app.service: Failed to set up mount namespacing: ${place}: No such file or directory\napp.service: Failed`;

  test.each([
    ['systemd 252', '/run/systemd/unit-root/backup/app/data', '/srv/the data'],
    ['systemd 257', '/backup/app/data', '/srv/the data'],
    ['odd letters', '/backup/app/attic', '/srv/at: tic\\n'],
    ['a name that begins another', '/backup/app/a', '/srv/a:rbind'],
  ])('names the source whose view systemd could not make: %s', (_what, place, source) => {
    standIn('hooks/deaf', ':');
    expect(report(noView(place))).toEqual({
      code: 0,
      stdout: `<3>stowage: ${UNIT} failed: the source '${source}' does not exist; see: journalctl -u ${UNIT}\n`,
      stderr: '',
    });
  });

  test.each([
    ['something else failed', 'Fatal: wrong password or no key found'],
    ['a place that is no source of this job is missing', noView('/backup/other/data')],
    [
      'the view failed for another reason',
      'Failed to set up mount namespacing: /backup/app/data: Permission denied',
    ],
  ])('names no source when %s', (_what, words) => {
    standIn('hooks/deaf', ':');
    expect(report(words).stdout).toBe(`<3>stowage: ${UNIT} failed; see: journalctl -u ${UNIT}\n`);
  });

  test('names no source of a job that has none', () => {
    standIn('hooks/deaf', ':');
    const stdout = `<3>stowage: ${UNIT} failed; see: journalctl -u ${UNIT}\n`;
    expect(report(noView('/srv/restic'), { VIEWS: '' }).stdout).toBe(stdout);
  });

  test('gives every hook the unit and the last words, whether it reads them or not', () => {
    standIn('hooks/a', 'exit 0');
    standIn('hooks/b', 'echo "$# $1"; cat');
    const words = noView('/backup/app/data');
    expect(report(words)).toEqual({
      code: 0,
      stdout:
        `<3>stowage: ${UNIT} failed: the source '/srv/the data' does not exist; see: journalctl -u ${UNIT}\n` +
        `1 ${UNIT}\nthe source '/srv/the data' does not exist\n${words}\n`,
      stderr: '',
    });
    expect(readdirSync(`${folder}/state/lab/untold`)).toEqual([]);
  });

  test('tries a hook that fails again, and the others not a second time', () => {
    standIn('hooks/a', `echo a >>${folder}/tries; [ "$(wc -l <${folder}/tries)" -gt 2 ]`);
    standIn('hooks/b', `echo b >>${folder}/others`);
    expect(report('words').code).toBe(0);
    expect(readFileSync(`${folder}/tries`, 'utf8')).toBe('a\na\na\n');
    expect(readFileSync(`${folder}/others`, 'utf8')).toBe('b\n');
    expect(readFileSync(`${folder}/pauses`, 'utf8')).toBe('10\n30\n');
  });

  test('a hook that keeps failing is a failure of its own, shown to who is there, and told with the next alarm', () => {
    standIn('hooks/a', 'exit 3');
    const { code, stdout } = report('words');
    expect(code).toBe(1);
    expect(stdout).toContain(`<3>stowage: nobody was told that ${UNIT} failed`);
    expect(readFileSync(`${folder}/pauses`, 'utf8')).toBe('10\n30\n60\n120\n300\n');
    expect(readFileSync(`${folder}/wall`, 'utf8')).toContain(`${UNIT} failed`);
    standIn('hooks/a', 'cat');
    const next = report('other words', {}, 'stowage-prune-main');
    expect(next.stdout).toMatch(
      /other words\n\nThis alarm did not get through before: stowage-lab-backup-app, \d{4}-\d\d-\d\d /,
    );
    expect(report('more words').stdout).not.toContain('did not get through');
  });

  test('who is told of one alarm is not told of another that came up meanwhile: that one stays to be told', () => {
    const untold = `${folder}/state/lab/untold`;
    mkdirSync(untold, { recursive: true });
    for (const name of ['old', 'again']) writeFileSync(`${untold}/${name}`, '2026-01-01 00:00:00 +0000\n');
    standIn('hooks/a', `cat; for unit in again new; do echo later >${untold}/$unit; done`);
    const { stdout } = report('words');
    for (const name of ['old', 'again']) expect(stdout).toContain(`before: ${name}, 2026-01-01`);
    expect(readdirSync(untold)).toEqual(['again', 'new']);
    standIn('hooks/a', 'cat');
    const next = report('words').stdout;
    for (const name of ['again', 'new']) expect(next).toContain(`before: ${name}, later`);
    expect(readdirSync(untold)).toEqual([]);
  });

  test('says that nobody is told where there is no hook; a folder and a text are none', () => {
    mkdirSync(`${folder}/hooks/folder`);
    writeFileSync(`${folder}/hooks/text`, 'text');
    const { code, stdout } = report('words');
    expect(code).toBe(0);
    expect(stdout).toContain(`<4>stowage: nobody is told: there is no program in ${folder}/hooks\n`);
  });

  describe('as a test of the alarm', () => {
    const tested = () => report('words', {}, 'test');

    test('calls the hooks and says that no job has failed', () => {
      standIn('hooks/a', 'echo "$1"; cat');
      expect(tested()).toEqual({
        code: 0,
        stdout: 'test\nThis is a test of the alarm: no job has failed.\n',
        stderr: '',
      });
    });

    test('fails at once when a hook fails or there is none, and leaves nothing to tell later', () => {
      expect(tested().code).toBe(1);
      standIn('hooks/a', 'exit 1');
      standIn('hooks/b', ':');
      expect(tested().code).toBe(1);
      expect(readdirSync(folder).filter((name) => ['pauses', 'state'].includes(name))).toEqual([]);
    });
  });

  test.each([
    ['since the failed run began', { MONITOR_INVOCATION_ID: '12ab' }, '--since=@17.25'],
    ['since the machine started, where systemd does not tell the run', {}, '--boot'],
    [
      'since the machine started, where the journal has lost the run',
      { MONITOR_INVOCATION_ID: '34' },
      '--boot',
    ],
  ])('asks the journal for the last words %s', (_what, environment, since) => {
    standIn('hooks/call', 'cat "$CALL"');
    const name = `${UNIT}.service`;
    const asked = `--lines=20 ${since} _SYSTEMD_UNIT=${name} + UNIT=${name} _UID=0\n`;
    expect(report('', environment).stdout).toContain(asked);
  });

  test('still calls the hooks when neither the journal nor systemd answers', () => {
    for (const program of ['journalctl', 'systemctl']) standIn(program, 'exit 1');
    standIn('hooks/a', 'echo "told of $1"');
    expect(report('')).toMatchObject({ code: 0, stdout: expect.stringContaining(`\ntold of ${UNIT}\n`) });
  });
});
