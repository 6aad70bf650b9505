import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Sandbox } from '../../support/sandbox.js';
import { builtinTemplates } from '../../../src/template/engine.js';

/** Who asks: root for the jobs of a host, or a user; below which folder the files of SSH and rclone are. */
const ASKING = [
  ['a host', { template: 'host/check-access.sh.hbs', home: 'var/lib/restic', library: 'usr/local/lib' }],
  ['a user', { template: 'podman-user/check-access.sh.hbs', home: '.', library: '.local/lib' }],
] as const;

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.write('password', 'x');
  sandbox.standIn('getent', 'echo "restic:x:1:1::${HAS_HOME:-$AT/var/lib/restic}:/bin/sh"');
  sandbox.standIn('rclone');
  sandbox.standIn('timeout', 'shift 5\nexec "$@"');
  // There is no user restic here, of whom the real one could say what is not his.
  sandbox.standIn(
    'find',
    'case "$*" in *"! -user restic"*) cat "$AT/foreign" ;; *) exec /usr/bin/find "$@" ;; esac',
  );
});
afterEach(() => sandbox.remove());

describe.each(ASKING)('check-access.sh of %s', (who, { template, home, library }) => {
  const check = (
    program: 'ssh' | 'rclone',
    answer: string,
    more: Readonly<Record<string, string>> = {},
    password = 'password',
  ) => {
    const file = { password, password_file: sandbox.at(password) };
    const ssh = { ssh_target: 'store@nas.lan', keyscan: '-p 2222 nas.lan' };
    const text = builtinTemplates()
      .render(template, {
        ...{ header: 'test', project: 'lab', image: 'example.org/restic:1' },
        keys: [{ name: 'main', ...file, ...(program === 'ssh' ? ssh : { ssh_target: null, keyscan: null }) }],
      })
      .replace('home=/var/lib/restic', 'home=$AT/var/lib/restic')
      .replace('library=/usr/local/lib', 'library=$AT/usr/local/lib');
    sandbox.write(
      `${library}/stowage/lab/restic-main.sh`,
      `#!/bin/sh\necho "restic $*" >>"$AT/calls"\n${answer}\n`,
      0o755,
    );
    const { code, out, err } = sandbox.run(sandbox.write('check.sh', text), [], more);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return out.replaceAll(`${sandbox.folder}/`, '@').split('\n').slice(0, -1);
  };
  const asked = () => sandbox.calls().filter((call) => /^(?:restic|timeout)/.test(call));
  const at = (name: string) => (home === '.' ? name : `${home}/${name}`);
  const DOES_NOT = 'NOTE: repository main does not answer (1), and the jobs that use it fail:';

  test.each([
    ['answers', 'exit 0', 'repository main answers'],
    ['is not made yet', 'exit 10', expect.stringMatching(/^NOTE: .* not made yet: @.*restic-main.sh init$/)],
    [
      'has another password',
      'exit 12',
      'NOTE: repository main answers, and does not take the password in @password',
    ],
  ])('a repository that %s has no use for advice', (_what, answer, line) => {
    expect(check('ssh', answer)).toEqual([line]);
    expect(asked()).toEqual([
      expect.stringMatching(/^timeout -s INT -k 10 60 \S+ cat config --no-lock$/),
      'restic cat config --no-lock',
    ]);
  });

  test('one that does not answer: what was said last, and what is missing for SSH', () => {
    const lines = check('ssh', 'printf "%s\\n" out; printf "%s\\n" a b c d >&2; exit 1');
    expect(lines.slice(0, 4)).toEqual([DOES_NOT, ...['b', 'c', 'd'].map((line) => `NOTE:     ${line}`)]);
    expect(lines.slice(4)).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`there is no key in @${at('.ssh')}.`),
        expect.stringContaining('keys of store@nas.lan:'),
        expect.stringContaining('known_hosts is missing'),
        expect.stringContaining('ssh-keyscan -p 2222 nas.lan '),
      ]),
    );
  });

  test('without a password it is not asked, and what is missing is said all the same', () => {
    const lines = check('ssh', 'exit 0', {}, 'none');
    expect(lines[0]).toBe('NOTE: repository main was not asked, for want of @none');
    expect(lines.join('\n')).toContain('there is no key');
    expect(asked()).toEqual([]);
  });

  test.each([
    ['a key', ['id_ed25519', 'known_hosts'], []],
    ['settings that may name one', ['config', 'known_hosts'], []],
    ['only its public part', ['id_ed25519.pub', 'known_hosts'], ['there is no key']],
    ['no known host', ['id_ed25519'], ['known_hosts is missing']],
  ])('SSH with %s', (_what, files, missing) => {
    for (const name of files) sandbox.write(at(`.ssh/${name}`), 'x');
    const said = check('ssh', 'exit 1').join('\n');
    const known = ['there is no key', 'known_hosts is missing'].filter((text) => said.includes(text));
    expect(known).toEqual(missing);
  });

  test('a list of known hosts without any is none', () => {
    sandbox.write(at('.ssh/known_hosts'), '');
    expect(check('ssh', 'exit 1').join('\n')).toContain('known_hosts is missing');
  });

  test('rclone without its file, and with it', () => {
    const missing = `@${at('.config/rclone')}/rclone.conf is missing`;
    expect(check('rclone', 'exit 1').join('\n')).toContain(missing);
    sandbox.write(at('.config/rclone/rclone.conf'), 'x');
    const said = check('rclone', 'exit 1').join('\n');
    expect(said).toContain(DOES_NOT);
    expect(said).not.toContain(missing);
    expect(said.includes('of their image: example.org/restic:1')).toBe(who === 'a user');
  });
});

describe('what only a host has', () => {
  const [[, host]] = ASKING;
  const check = (program: 'ssh' | 'rclone', more: Readonly<Record<string, string>> = {}) => {
    const ssh = { ssh_target: 'nas', keyscan: 'nas' };
    const key = { name: 'main', password_file: sandbox.at('none') };
    const text = builtinTemplates().render(host.template, {
      ...{ header: 'test', project: 'lab' },
      keys: [{ ...key, ...(program === 'ssh' ? ssh : { ssh_target: null, keyscan: null }) }],
    });
    const script = sandbox.write('check.sh', text.replace('home=/var/lib/restic', 'home=$AT/var/lib/restic'));
    return sandbox.run(script, [], more).out;
  };

  test('files that are not those of the user restic', () => {
    sandbox.write('foreign', '/a/key\n/a/more keys\n');
    for (const program of ['ssh', 'rclone'] as const) {
      expect(check(program)).toContain(
        'NOTE:   /a/key belongs to somebody else: chown -h restic: /a/key\nNOTE:   /a/more keys belongs',
      );
    }
  });

  test('a home of the user restic that is not the one of the jobs', () => {
    expect(check('ssh')).not.toContain('usermod');
    expect(check('ssh', { HAS_HOME: '/home/restic' })).toContain("has the home '/home/restic'");
  });
});
