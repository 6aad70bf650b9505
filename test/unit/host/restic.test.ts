import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { rootlessFiles } from '../../../src/runtimes/podman/render/files.js';
import { systemd } from '../../../src/targets/systemd/target.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { planOf, policyOf } from '../../support/project.js';
import { Sandbox } from '../../support/sandbox.js';

const WIKI = `service_id: wiki
runtime_templates: { baremetal: a, podman: b }
quadlet_scope: user
service_volumes: [{ name: data, host_path: /srv/wiki, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
`;

/** Who types: root, through a unit, or a user, through a container. */
const WAYS = [
  [
    'a host',
    { runtime: 'baremetal', file: 'bin/restic-main.sh', runner: 'systemd-run', stop: 'systemctl stop' },
  ],
  [
    'a user',
    { runtime: 'podman', file: 'user/bin/restic-main.sh', runner: 'podman', stop: 'podman stop --time 60' },
  ],
] as const;

const id = (digit: string) => digit.repeat(64);
const snapshot = (digit: string, hostname: string, tag: string) => ({
  ...{
    id: id(digit),
    time: `2026-03-0${digit}T02:30:00.5Z`,
    hostname,
    tags: [tag],
    paths: ['/backup/wiki/data'],
  },
});

/** The newest snapshot of wiki is incomplete, and the newest of all is another host's. */
const SNAPSHOTS = [
  snapshot('1', 'wiki', 'service:wiki'),
  snapshot('2', 'wiki', 'service:wiki'),
  snapshot('3', 'wiki', 'service:wiki'),
  snapshot('4', 'wiki.incomplete', `incomplete:${id('3')}`),
  snapshot('5', 'blog', 'service:blog'),
];

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

describe.each(WAYS)('restic-main.sh of %s', (_who, { runtime, file, runner, stop }) => {
  let script = '';
  beforeEach(() => {
    const policy = policyOf(`deployments: [{ runtime: ${runtime}, host: web1, services: [wiki] }]\n`);
    const { plan } = planOf(policy, WIKI);
    const input = { plan, runtimes: policy.runtimes, templates: projectTemplates(builtinTemplates(), plan) };
    const files = [...systemd.render(input), ...rootlessFiles(input)];
    const text = files.find((candidate) => candidate.path === `hosts/web1/${file}`)?.content ?? '';
    script = sandbox.write('restic-main.sh', text, 0o755);
    sandbox.write('snapshots', JSON.stringify(SNAPSHOTS));
    sandbox.standIn('systemctl');
    mkdirSync(sandbox.at('tmp'));
    // Reads what the unit or the container would be given: our own options, then the words of restic.
    sandbox.standIn(
      runner,
      `case " $* " in
  *' stop '*) exit 0 ;;
  *' snapshots --no-lock --json '*) exec cat "$AT/snapshots" ;;
esac
if [ -n "\${INTERRUPT-}" ]; then
  # The script waits for its job once what it began with is gone.
  until rmdir "$TMPDIR" 2>/dev/null; do kill -0 "$PPID" 2>/dev/null || exit; done
  kill -TERM "$PPID"
  exec sleep 60
fi
printf '%s\\n' "$@" >"$AT/ran"
cat >"$AT/given"
exit "\${RESULT:-0}"`,
    );
  });
  const run = (words: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const { code, err } = sandbox.run(script, words, more);
    const ran = sandbox.lines('ran');
    return { code, err, words: ran.slice(ran.length - words.length), options: ran.slice(0, -words.length) };
  };

  const WHOSE = ['--host', 'wiki', '--tag', 'service:wiki'];
  test.each([
    ['words apart', ['ls', 'latest', ...WHOSE]],
    ['words in one', ['ls', '--host=wiki', '--tag=service:wiki', 'latest']],
    ['short words', ['restore', 'latest:/backup/wiki', '-H', 'wiki', '--tag', 'service:wiki']],
    ['a path', ['dump', ...WHOSE, '--path', '/backup/wiki/data', 'latest', '/backup/wiki/data/x']],
  ])('latest of a host and a tag is the newest complete one: %s', (_what, typed) => {
    const { code, err, words } = run(typed);
    expect(code).toBe(0);
    expect(words).toEqual(typed.map((word) => word.replace(/^latest/, id('2'))));
    expect(err).toContain('passed over, because they are incomplete: 33333333 (2026-03-03T02:30:00.5Z)');
    expect(err).toContain('snapshot 22222222 of 2026-03-02T02:30:00Z, host wiki');
  });

  test.each([
    ['without a tag', ['ls', 'latest', '--host', 'wiki']],
    ['without a host', ['ls', 'latest', '--tag', 'service:wiki']],
    ['of a command that takes many', ['forget', 'latest', ...WHOSE]],
    ['that is no word of its own', ['ls', 'latest-one', ...WHOSE]],
  ])('latest %s is restic’s own', (_what, typed) => {
    expect(run(typed)).toMatchObject({ code: 0, err: '', words: typed });
  });

  test.each([
    ['no snapshot', ['--host', 'none', '--tag', 'service:wiki']],
    ['no snapshot of a path', [...WHOSE, '--path', '/backup/wiki']],
  ])('where there is %s, restic is not asked for one', (_what, whose) => {
    const { code, err } = run(['restore', 'latest', ...whose]);
    expect([code, sandbox.has('ran')]).toEqual([1, false]);
    expect(err).toContain('there is no complete snapshot of');
  });

  test('restic has the words that were typed, the input, and its own exit code', () => {
    const typed = ['backup', '--stdin', 'a  b', "c'd", '$HOME', '*'];
    sandbox.write('piped.sh', `printf 'data' | "$AT/restic-main.sh" "$@"`);
    const { code } = sandbox.run(sandbox.at('piped.sh'), typed, { RESULT: '3' });
    const dollars = runner === 'systemd-run' ? '$$HOME' : '$HOME';
    expect(code).toBe(3);
    expect(sandbox.lines('ran').slice(-typed.length)).toEqual(
      typed.map((word) => word.replace('$HOME', () => dollars)),
    );
    expect(sandbox.text('given')).toBe('data');
  });

  test('interrupted, it ends the job before it ends itself', () => {
    expect(run(['check'], { INTERRUPT: 'yes', TMPDIR: sandbox.at('tmp') })).toMatchObject({
      code: 143,
      err: expect.stringContaining('ending restic'),
    });
    const name = expect.stringMatching(new RegExp(`^${stop} stowage-lab-restic-main-\\d+(?:\\.service)?$`));
    expect(sandbox.calls()).toContainEqual(name);
  });

  test('it sees what jobs see, and no more', () => {
    const { options } = run(['check']);
    const wanted =
      runner === 'podman'
        ? [
            ...[
              '--read-only',
              '--cap-drop=all',
              '--security-opt=no-new-privileges',
              '--stop-signal=SIGINT',
              '--rm',
            ],
            `--volume=${sandbox.folder}/.config/restic/lab/main.password:/run/stowage/restic-password:ro`,
            '--env=RESTIC_PASSWORD_FILE=/run/stowage/restic-password',
          ]
        : [
            ...[
              '--property=User=restic',
              '--property=KillMode=mixed',
              '--property=KillSignal=SIGINT',
              '--wait',
              '--pipe',
            ],
            '--property=LoadCredential=restic-password:/etc/restic/password',
            '--setenv=HOME=/var/lib/restic',
          ];
    expect(options).toEqual(expect.arrayContaining(wanted));
    expect(options.filter((word) => word.includes('/srv/wiki'))).toEqual([]);
  });
});
