import { utimesSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';
import { Sandbox } from '../../support/sandbox.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const rendered = (name: string, context: Readonly<Record<string, unknown>> = {}) =>
  builtinTemplates().render(`${name}.sh.hbs`, { header: 'test', ...context });

describe('maintain.sh', () => {
  /** Runs it with one answer of the repository for each time that it is asked; the last one stays. */
  const maintain = (answers: string, asking = '') => {
    sandbox.standIn(
      'restic',
      `[ "$1" = cat ] || exit 7\nread -r code rest <"$AT/answers"\n[ -z "$rest" ] || echo "$rest" >"$AT/answers"\nexit "$code"`,
    );
    sandbox.standIn('timeout', `${asking}\nshift 3\nexec "$@"`);
    sandbox.standIn('sleep');
    sandbox.write('answers', `${answers}\n`);
    const words = ['restic', 'prune', 'a  b'];
    const { code } = sandbox.run(sandbox.write('maintain.sh', rendered('kubernetes/maintain')), words);
    return { code, calls: sandbox.calls() };
  };
  const ASKED = ['timeout -k 10 60 restic cat config --no-lock', 'restic cat config --no-lock'];
  const WORK = 'restic prune a  b';

  test.each([
    ['answers', '0', 7, [...ASKED, WORK]],
    ['answers later', '1 0', 7, [...ASKED, 'sleep 60', ...ASKED, WORK]],
    ['is not there', '10', 10, ASKED],
    ['has another password', '12', 12, ASKED],
  ])('does its work, once, only where the repository answers: it %s', (_what, answers, code, calls) => {
    expect(maintain(answers)).toEqual({ code, calls });
  });

  test('gives up in the end', () => {
    const { code, calls } = maintain('1');
    expect(code).toBe(1);
    expect(calls.filter((call) => call.startsWith('restic'))).toEqual(Array(5).fill(ASKED[1]));
  });

  test('does nothing once it has been told to stop', () => {
    const { code, calls } = maintain('0', 'kill -TERM "$PPID"');
    expect(code).toBe(130);
    expect(calls).not.toContain(WORK);
  });
});

describe('hostpath-probe.sh', () => {
  /** Minutes since each file of the state was touched. None is near what is asked for, however long the test takes. */
  const probe = (state: Readonly<Record<string, number>>, ...words: readonly string[]) => {
    for (const [name, minutes] of Object.entries(state)) {
      const when = Date.now() / 1000 - minutes * 60;
      utimesSync(sandbox.write(`state/${name}`, ''), when, when);
    }
    const text = rendered('kubernetes/hostpath-probe').replaceAll('/state/', '$AT/state/');
    const { code, out } = sandbox.run(sandbox.write('probe.sh', text), words);
    return [code, ...out.split('\n').slice(0, -1)];
  };
  const late = (service: string, minutes: number) =>
    `no successful backup of ${service} for ${minutes} minutes`;

  test.each([
    ['its jobs ran', { heartbeat: -60 }, [0]],
    ['they do not', { heartbeat: 60 }, [1, 'crond runs no jobs']],
    ['they never did', {}, [1, 'crond runs no jobs']],
  ])('a scheduler lives while %s', (_what, state, said) => {
    expect(probe(state, 'live')).toEqual(said);
  });

  test('it is ready while the last success of each service is young, and says which is not', () => {
    const state = { started: 5000, 'success/wiki': 500, 'success/blog': 2000 };
    expect(probe(state, 'ready', 'wiki=1000', 'blog=3000')).toEqual([0]);
    expect(probe(state, 'ready', 'blog=1000', 'wiki=1000')).toEqual([1, late('blog', 1000)]);
    expect(probe(state, 'ready', 'wiki=100', 'blog=1000')).toEqual([
      1,
      late('wiki', 100),
      late('blog', 1000),
    ]);
  });

  test('what was never backed up has as long from the start of the scheduler', () => {
    expect(probe({ started: 500 }, 'ready', 'wiki=1000')).toEqual([0]);
    expect(probe({ started: 500 }, 'ready', 'wiki=100')).toEqual([1, late('wiki', 100)]);
    expect(probe({ started: 500, 'success/wiki': 2000 }, 'ready', 'wiki=1000')).toEqual([
      1,
      late('wiki', 1000),
    ]);
  });
});

const PRINT = 'printf "%s\\n" "$@" >"$AT/words"\n';

test('the job of one service has its words, and which node it is on', () => {
  const [before, after] = [
    ['not-empty:/a b', '--'],
    ["--exclude=it's $HOME", '/backup/wiki/data'],
  ];
  const [service_id, seconds, credentials, url] = ['wiki', 3600, '/etc/credentials/main', 'rest:http://a/b'];
  const text = rendered('kubernetes/hostpath-service', {
    service_id,
    seconds,
    credentials,
    url,
    before,
    after,
  });
  const job = sandbox.write('job.sh', PRINT);
  const script = sandbox.write('wiki.sh', text.replace('/etc/stowage/hostpath-job.sh', job));
  expect(sandbox.run(script, [], { NODE_NAME: 'n 1' })).toEqual({ code: 0, out: '', err: '' });
  const words = [service_id, String(seconds), credentials, url, ...before, '--tag=node:n 1', ...after];
  expect(sandbox.lines('words')).toEqual(words);
  expect(sandbox.run(script).code).not.toBe(0);
});

test('forgetting one service: its tag, its hosts, then what to keep', () => {
  const text = rendered('host/forget-service', {
    apply_retention: sandbox.write('apply.sh', PRINT),
    tag: 'service:wiki',
    hosts: ['wiki', 'wiki.b'],
    keep: [
      { option: '--keep-daily', value: 7 },
      { option: '--keep-within', value: '1y 6m' },
    ],
  });
  expect(sandbox.run(sandbox.write('wiki.sh', text)).code).toBe(0);
  expect(sandbox.lines('words')).toEqual([
    ...['service:wiki', 'wiki', 'wiki.b', '--'],
    ...['--keep-daily', '7', '--keep-within', '1y 6m'],
  ]);
});
