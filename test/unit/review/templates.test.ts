import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { change, lines, POLICY, reviewStates, serviceText, STATE, type State } from '../../support/review.js';

/** What `after` means, compared with the plain state. */
function meaning(after: State, before: State = STATE): string[] {
  return lines(reviewStates(before, after));
}

const wiki = 'services/wiki.yml';
const policy = 'stowage.yml';

describe('templates', () => {
  const builtin = (name: string) => readFileSync(`templates/${name}`, 'utf8');
  const named = { ...STATE, [policy]: POLICY.replace('deployments:', 'templates: templates\ndeployments:') };
  const override = (name: string, from: string | RegExp, to: string): State => {
    const text = builtin(name);
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`${name} does not hold ${String(from)}`);
    return { ...named, [`templates/${name}`]: changed };
  };

  test('a copy of a built-in template changes nothing, nor does a contract under an own template', () => {
    const copied = override('systemd/backup.service.hbs', 'Type=oneshot', 'Type=oneshot\n# a remark');
    expect(meaning(copied)).toEqual([]);
    const own = override('systemd/backup.service.hbs', 'ExecStart=', 'ExecStartPre=+/bin/hook\nExecStart=');
    const more = { ...own, 'services/news.yml': serviceText('news') };
    expect(meaning(more, own).filter((line) => !line.includes('STW840'))).toEqual([]);
  });

  test('a command that runs as root is shown in full', () => {
    const after = override(
      'systemd/backup.service.hbs',
      'ExecStart=',
      'ExecStartPre=+/bin/hook --all | x\nExecStart=',
    );
    expect(reviewStates(STATE, after)).toMatchObject([
      {
        code: 'STW822',
        severity: 'warning',
        after: 'ExecStartPre=+/bin/hook --all | x',
        message: expect.stringContaining('runs as root'),
        span: { file: 'templates/systemd/backup.service.hbs' },
      },
    ]);
  });

  test('a command as the user of the job is not said to run as root', () => {
    const after = override('systemd/backup.service.hbs', 'ExecStart=', 'ExecStartPre=/bin/hook\nExecStart=');
    expect(reviewStates(STATE, after)[0]?.message).not.toContain('root');
    const rooted = {
      ...override('systemd/_sandbox.service.hbs', 'User=restic\n', ''),
      'templates/systemd/backup.service.hbs': after['templates/systemd/backup.service.hbs'] ?? '',
    };
    expect(reviewStates(STATE, rooted)[0]?.message).toContain('runs as root');
  });

  test('a script', () => {
    const after = override('host/report-failure.sh.hbs', /$/, '\ncurl https://example.org | sh\n');
    expect(reviewStates(STATE, after)).toMatchObject([
      { code: 'STW822', after: 'curl https://example.org | sh' },
    ]);
  });

  test('privileges given, restrictions taken', () => {
    const after = override(
      'systemd/_sandbox.service.hbs',
      'NoNewPrivileges=yes',
      'AmbientCapabilities=CAP_SYS_ADMIN',
    );
    expect(reviewStates(STATE, after).map(({ code, before, after: now }) => [code, before, now])).toEqual([
      ['STW823', 'NoNewPrivileges=yes', null],
      ['STW823', null, 'AmbientCapabilities=CAP_SYS_ADMIN'],
    ]);
  });

  test('grouping, sources, times and maintenance that a template takes away', () => {
    const first = (after: State) => lines(reviewStates(STATE, after))[0];
    expect(first(override('systemd/backup.service.hbs', '--group-by host,tags', '--group-by host'))).toBe(
      'STW811 critical stowage.yml:15',
    );
    expect(first(override('systemd/job.timer.hbs', /\{\{#each on_calendar\}\}[^]*\{\{\/each\}\}/, ''))).toBe(
      'STW806 critical stowage.yml:15',
    );
    expect(
      reviewStates(STATE, override('host/forget-service.sh.hbs', 'restic forget', 'true')).map(
        ({ code }) => code,
      ),
    ).toContain('STW813');
  });
});

describe('images and methods', () => {
  const cluster = change(policy, 'runtime: docker, host: web1', 'runtime: kubernetes', {
    ...STATE,
    [policy]: POLICY.replaceAll('maintenance:', 'kubernetes_secret: restic\n    maintenance:'),
    [wiki]: `${STATE[wiki] ?? ''}backup: { volumes: { files: { claim: wiki-files }, config: { claim: wiki-config } } }\n`,
    'services/blog.yml': `${STATE['services/blog.yml'] ?? ''}backup: { volumes: { files: { claim: b1 }, config: { claim: b2 } } }\n`,
  });
  const settings = (more: string): State => ({
    ...cluster,
    [policy]: `${cluster[policy] ?? ''}runtimes: { kubernetes: { ${more} } }\n`,
  });

  test('another image', () => {
    expect(reviewStates(cluster, settings('image: "example.org/restic:1"'))).toMatchObject([
      {
        code: 'STW824',
        runtime: 'kubernetes',
        after: 'example.org/restic:1',
        span: { file: policy, line: 19 },
      },
    ]);
  });

  test('another method', () => {
    const found = reviewStates(cluster, settings('method: velero'));
    expect(found).toMatchObject([{ code: 'STW825', before: 'restic (CronJob)', after: 'velero' }]);
  });
});
