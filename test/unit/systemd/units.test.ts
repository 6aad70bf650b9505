import { describe, expect, test } from '@jest/globals';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { systemd } from '../../../src/targets/systemd/target.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { planOf, policyOf } from '../../support/project.js';

const CONTRACT = `service_id: app
runtime_templates: { baremetal: a }
backup: { timeout: 3h }
mounts: { persistent_volumes: [{ name: data, path: /srv/data }] }
`;

/** Texts of the units of one host that backs up and maintains, by name without what all names have in common. */
function unitsOf(url: string, more = ''): Readonly<Record<string, string>> {
  const policy = policyOf(
    `deployments: [{ runtime: baremetal, host: web1, services: [app] }]\n`,
    '{ host: web1 }',
  );
  const repositories = policy.repositories.map((repository) => ({ ...repository, url }));
  const { plan } = planOf({ ...policy, repositories }, CONTRACT.replace('backup: {', `backup: {${more}`));
  const input = { plan, runtimes: policy.runtimes, templates: projectTemplates(builtinTemplates(), plan) };
  return Object.fromEntries(
    systemd.render(input).flatMap(({ path, content }) => {
      const [, name] = /^hosts\/web1\/systemd\/stowage-lab-(.*)$/.exec(path) ?? [];
      return name === undefined ? [] : [[name, content]];
    }),
  );
}

/** As systemd reads it: the last value counts; a list begins anew at an empty one. */
function valuesOf(unit: string | undefined, key: string): string[] {
  const lines = (unit ?? '').replaceAll('\\\n', '').split('\n');
  const values = lines.flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));
  return values.slice(values.lastIndexOf('') + 1);
}
const valueOf = (unit: string | undefined, key: string) => valuesOf(unit, key).at(-1);

const REMOTE = unitsOf('rest:http://backup:8000/infra');
const LOCAL = unitsOf('/srv/restic');
const JOBS = ['backup-app', 'forget-main', 'prune-main', 'check-main', 'locks-main'].map(
  (job) => `${job}.service`,
);

describe.each(JOBS)('%s', (name) => {
  const unit = REMOTE[name];

  test.each([
    ['User', 'restic', 'no job of ours is root'],
    ['NoNewPrivileges', 'yes', 'and none becomes it'],
    ['ProtectSystem', 'strict', 'it writes to no folder that is not named'],
    ['ProtectHome', 'yes', 'and sees no home folder that it has no business in'],
    ['PrivateTmp', 'yes', 'what others lay there is none of its files'],
    ['PrivateDevices', 'yes', 'it reads no disk past the file system'],
    ['PrivateMounts', 'yes', 'what it mounts stays its own'],
    ['ProtectKernelModules', 'yes', 'it loads none'],
    ['ProtectProc', 'invisible', 'it sees no process of others, whose arguments may hold secrets'],
    ['RestrictNamespaces', 'yes', 'it makes no view of its own'],
    ['RestrictSUIDSGID', 'yes', 'it leaves no program that makes somebody root'],
    ['MemoryDenyWriteExecute', 'yes', 'it runs nothing that it has written'],
    ['UMask', '0077', 'what it writes is for its user alone'],
    ['CacheDirectoryMode', '0700', 'the cache names what is backed up'],
    ['KillMode', 'mixed', 'restic alone is told to stop: it needs its ssh or rclone to remove its lock'],
    ['KillSignal', 'SIGINT', 'at which restic removes its lock'],
    ['TimeoutStopSec', '2min', 'and it has the time for that'],
    ['OnFailure', 'stowage-lab-failure@%N.service', 'a failure is told to people'],
    ['After', 'network-online.target', 'at boot the repository is out of reach before'],
    ['Nice', '10', 'a backup yields to what the machine is for'],
    ['IOSchedulingClass', 'idle', 'on its disks too'],
    ['RestrictAddressFamilies', 'AF_INET AF_INET6 AF_UNIX', 'it reaches a repository, and no device'],
  ])('%s=%s: %s', (key, value) => {
    expect(valueOf(unit, key)).toBe(value);
  });

  test('may call nothing that only root needs', () => {
    expect(valuesOf(unit, 'SystemCallFilter')).toEqual(['@system-service', '~@privileged @resources']);
  });

  test('gets the password from systemd, and has the right to read no secret itself', () => {
    expect(valuesOf(unit, 'LoadCredential')).toEqual(['restic-password:/etc/restic/password']);
    expect(valuesOf(unit, 'Environment')).toContain('RESTIC_PASSWORD_FILE=%d/restic-password');
  });

  test('with a repository on this machine has no network, and needs the disk that it is on', () => {
    expect(valueOf(LOCAL[name], 'PrivateNetwork')).toBe('yes');
    expect(valueOf(LOCAL[name], 'RestrictAddressFamilies')).toBe('none');
    expect(valuesOf(LOCAL[name], 'RequiresMountsFor')).toContain('/srv/restic');
    expect(valuesOf(LOCAL[name], 'ReadWritePaths')).toEqual(['/srv/restic']);
    expect(valuesOf(unit, 'PrivateNetwork')).toEqual([]);
  });
});

describe('the backup of a service', () => {
  const unit = REMOTE['backup-app.service'];

  test('reads every file, changes none, and has no other right', () => {
    expect(valueOf(unit, 'AmbientCapabilities')).toBe('CAP_DAC_READ_SEARCH');
    expect(valueOf(unit, 'CapabilityBoundingSet')).toBe('CAP_DAC_READ_SEARCH');
  });

  test('sees its volumes for reading only, in a folder that it cannot add to', () => {
    expect(valuesOf(unit, 'BindReadOnlyPaths')).toEqual(['/srv/data:/backup/app/data']);
    expect(valuesOf(unit, 'TemporaryFileSystem')).toEqual(['/backup:ro']);
    expect(valuesOf(unit, 'RequiresMountsFor')).toEqual(['/srv/data']);
  });

  test('ends after what the contract gives it, and the hour for which it may wait for a lock', () => {
    expect(valueOf(unit, 'Type')).toBe('oneshot');
    expect(valueOf(unit, 'TimeoutStartSec')).toBe('240min');
  });

  test('looks at the source as root, and then whether the repository answers, before restic runs', () => {
    expect(valuesOf(unit, 'ExecStartPre')).toEqual([
      '+/usr/local/lib/stowage/lab/check-source.sh path /srv/data not-empty --read-by=restic',
      '/usr/local/lib/stowage/lab/await-repository.sh',
    ]);
    expect(valuesOf(unit, 'ExecStart')).toHaveLength(1);
  });

  test('keeps what it has to tell its next run, for its user alone', () => {
    expect(valueOf(unit, 'StateDirectory')).toBe('stowage/lab/jobs/backup-app');
    expect(valueOf(unit, 'StateDirectoryMode')).toBe('0700');
    expect(valueOf(unit, 'ExecStart')).toContain('--state=%S/stowage/lab/jobs/backup-app ');
  });

  test('has one history, whatever volumes come and go', () => {
    expect(valueOf(unit, 'ExecStart')).toMatch(/ \/backup\/app\/data\s+--group-by host,tags$/);
  });

  test.each([
    [' run_as: root,', 'root', 'CAP_DAC_READ_SEARCH'],
    [' run_as: 1000,', '1000', undefined],
  ])('as %s has the cache of that user, and no more rights than it needs', (more, user, capabilities) => {
    const other = unitsOf('/srv/restic', more)['backup-app.service'];
    expect(valueOf(other, 'User')).toBe(user);
    expect(valueOf(other, 'CapabilityBoundingSet')).toBe(capabilities);
    expect(valuesOf(other, 'AmbientCapabilities')).toEqual([]);
    const [cache = ''] = valuesOf(other, 'CacheDirectory');
    expect(cache).toMatch(/^stowage-/);
    expect(valuesOf(other, 'Environment')).toContain(`RESTIC_CACHE_DIR=/var/cache/${cache}`);
  });
});

describe('maintenance', () => {
  test.each(['forget', 'prune', 'check'])(
    '%s has no right over files, a day, and waits for the repository',
    (kind) => {
      const unit = REMOTE[`${kind}-main.service`];
      expect(valuesOf(unit, 'CapabilityBoundingSet')).toEqual([]);
      expect(unit).toContain('\nCapabilityBoundingSet=\n');
      expect(valueOf(unit, 'Type')).toBe('oneshot');
      expect(valueOf(unit, 'TimeoutStartSec')).toBe('1d');
      expect(valuesOf(unit, 'ExecStartPre')).toEqual(['/usr/local/lib/stowage/lab/await-repository.sh']);
    },
  );

  test('what watches locks is waited for by nobody, and ends within a day', () => {
    const unit = REMOTE['locks-main.service'];
    expect(valueOf(unit, 'Type')).toBe('exec');
    expect(valueOf(unit, 'RuntimeMaxSec')).toBe('1d');
    expect(unit).toContain('\nCapabilityBoundingSet=\n');
  });
});

describe('timers', () => {
  test.each(['backup-app', 'forget-main', 'prune-main', 'check-main'])(
    '%s catches up after the machine was off',
    (job) => {
      const timer = REMOTE[`${job}.timer`];
      expect(valueOf(timer, 'Persistent')).toBe('true');
      expect(valueOf(timer, 'AccuracySec')).toBe('1s');
      expect(valuesOf(timer, 'OnCalendar')).not.toEqual([]);
      expect(valueOf(timer, 'WantedBy')).toBe('timers.target');
      expect(valueOf(timer, 'OnFailure')).toBe('stowage-lab-failure@%n.service');
    },
  );
});

describe('the queue and the report of failures', () => {
  const queue = REMOTE['queue@.service'];

  test('waiting keeps no boot from ending, and turns outlive the one who has them', () => {
    expect(valueOf(queue, 'Type')).toBe('exec');
    expect(valueOf(queue, 'RuntimeDirectory')).toBe('stowage/slots');
    expect(valueOf(queue, 'RuntimeDirectoryPreserve')).toBe('yes');
  });

  test('the queue has no right but to ask systemd and to write stamps', () => {
    expect(queue).toContain('\nCapabilityBoundingSet=\n');
    expect(valuesOf(queue, 'ReadWritePaths')).toEqual(['-/var/lib/systemd/timers']);
    for (const key of ['NoNewPrivileges', 'PrivateNetwork', 'ProtectHome', 'PrivateTmp'])
      expect([key, valueOf(queue, key)]).toEqual([key, 'yes']);
    expect(valueOf(queue, 'ProtectSystem')).toBe('strict');
  });

  test('a report is tried for up to an hour, with the last words of the job in the journal', () => {
    const failure = REMOTE['failure@.service'];
    expect(valueOf(failure, 'TimeoutStartSec')).toBe('1h');
    expect(valuesOf(failure, 'ExecStartPre')).toEqual(['-timeout 30 journalctl --sync']);
    expect(valueOf(failure, 'ExecStart')).toBe('/usr/local/lib/stowage/lab/report-failure.sh %i');
  });
});
