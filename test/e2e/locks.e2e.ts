import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AWAY } from './lib/away.js';
import { onlyTheDeadGo } from './lib/dead-locks.js';
import { EARLY_ENDS, endEarly, expectNothingLeft } from './lib/end-early.js';
import { Jobs } from './lib/jobs.js';
import { boot, type Machine } from './lib/machine.js';
import { makeProject, render } from './lib/program.js';

/** Half a day away: no timer fires by itself while the scenario runs. */
/** Each repository: what our program calls it, where it really lies, and as whom its server writes there. */
const REPOSITORIES = {
  ssh: { repository: 'sftp:store@127.0.0.1:ssh', folder: '/home/store/ssh', owner: 'store' },
  cloud: { repository: 'rclone:cloud:repo', folder: '/srv/cloud/repo', owner: 'root' },
  served: {
    repository: 'rest:http://127.0.0.1:8000/',
    folder: '/srv/served',
    owner: 'restic-rest-server',
  },
} as const;
type Name = keyof typeof REPOSITORIES;
const NAMES = Object.keys(REPOSITORIES) as Name[];

const POLICY = `version: 1
project: lab
contracts: services/*.yml
repositories:
${NAMES.map((name) => `  ${name}: { url: "${REPOSITORIES[name].repository}", maintenance: { host: locks1 } }`).join('\n')}
defaults: { repository: ssh, schedule: ${AWAY}, spread: 0m, retry_lock: 0m, retention: { keep_last: 2 }, max_shrink: off }
deployments: [{ runtime: baremetal, host: locks1, services: ["*"] }]
`;
/** A service of the name of its repository. */
const contract = (name: Name) => `service_id: ${name}
runtime_templates: { baremetal: b }
mounts: { persistent_volumes: [{ name: data, path: /srv/data/${name} }] }
backup: { repository: ${name} }
`;

/** Locks of the dead go, those of the living stay, and whoever is told to end leaves none: on every back end. */
describe('locks', () => {
  let machine: Machine;
  let jobs: Jobs;

  beforeAll(async () => {
    machine = await boot('backEnds', 'locks1');
    const contracts = NAMES.map((name) => [`services/${name}.yml`, contract(name)] as const);
    const project = makeProject({ 'stowage.yml': POLICY, ...Object.fromEntries(contracts) });
    await render(project);
    await machine.run(`mkdir -p /srv/cloud /run/sshd
      for name in ${NAMES.join(' ')}; do mkdir -p /srv/data/$name; echo text >/srv/data/$name/page; done
      install -d -o restic-rest-server /srv/served
      useradd --create-home --shell /bin/sh store; ssh-keygen -A; systemctl start ssh
      systemd-run --quiet --unit=dav rclone serve webdav /srv/cloud --addr 127.0.0.1:8081 --dir-cache-time 0s
      systemd-run --quiet --unit=served --uid=restic-rest-server restic-rest-server --no-auth --path /srv/served --listen 127.0.0.1:8000
      for port in 8000 8081; do until bash -c ": </dev/tcp/127.0.0.1/$port" 2>/dev/null; do sleep 0.05; done; done`);
    jobs = await Jobs.install(machine, project, 'locks1');
    await machine.run(`set -e; home=/var/lib/restic
      install -d -o restic -g restic -m 700 $home/.ssh $home/.config $home/.config/rclone
      runuser -u restic -- ssh-keygen -q -t ed25519 -N '' -f $home/.ssh/id_ed25519
      ssh-keyscan 127.0.0.1 >$home/.ssh/known_hosts
      install -d -o store -m 700 /home/store/.ssh; install -o store -m 600 $home/.ssh/id_ed25519.pub /home/store/.ssh/authorized_keys
      printf '[cloud]\\ntype = webdav\\nurl = http://127.0.0.1:8081\\nvendor = other\\n' >$home/.config/rclone/rclone.conf
      chown restic: $home/.config/rclone/rclone.conf`);
    for (const name of NAMES) {
      await jobs.init(name);
      expect(await jobs.start(`backup-${name}`)).toMatchObject({ ok: true, told: [] });
    }
  }, 200_000);

  afterAll(async () => machine.stop());

  test.each(NAMES)(
    'the dead are removed from the repository %s beside a backup that lives, and by whose clock and name it is dead too',
    async (name) => {
      const { owner } = REPOSITORIES[name];
      const as = `setpriv --reuid=${owner} --regid=${owner} --clear-groups`;
      await onlyTheDeadGo(jobs, name, REPOSITORIES[name], [
        as,
        `unshare --uts sh -c 'hostname another && exec "$@"' sh ${as}`,
      ]);
      expect(await jobs.start(`prune-${name}`)).toMatchObject({ ok: true, told: [] });
    },
    150_000,
  );

  describe('a backup that', () => {
    beforeAll(async () =>
      machine.run(
        'head -c 100M /dev/urandom >/srv/big; for folder in /srv/data/*; do ln /srv/big $folder; done',
      ),
    );

    test.each(EARLY_ENDS.flatMap((how) => NAMES.map((name) => [how, name] as const)))(
      '%s leaves no lock in the repository %s, and nothing that runs',
      async (how, name) => {
        const { folder } = REPOSITORIES[name];
        const packs = `$(find ${folder}/data -type f | wc -l)`;
        const before = (await machine.run(`echo ${packs}`)).stdout.trim();
        // By then restic knows that the back end has its lock.
        await jobs.freeze(`backup-${name}`, `[ "${packs}" -gt ${before} ]`);
        const goOn = `systemctl kill --kill-whom=all --signal=CONT stowage-lab-backup-${name}.service`;
        await endEarly((command) => machine.run(command), `stowage-lab-backup-${name}.service`, how, goOn);
        await expectNothingLeft(machine, folder, 'restic');
        expect(await jobs.why(`backup-${name}`)).not.toContain('killed');
      },
    );
  });
});
