import { posix } from 'node:path';
import type { Placement, RepositoryPlan, ServicePlan } from '../../model/plan.js';
import { helperOf } from '../../model/repository-url.js';
import { placementName } from '../protection.js';
import { hostVolumes } from '../host-volumes.js';
import { hostPlace } from '../../runtimes/host-parts.js';
import { userSecretFiles } from '../../hosts/user-tree.js';
import { fence, fenced, type Command, type Step } from '../../model/guide.js';
import { byHand } from './workload.js';

/** A part of the page for a disaster that the steps of a placement do not begin with. */
export interface Section {
  readonly heading: string;
  readonly text: string;
  readonly at: string;
  readonly steps: readonly Step[];
}

/** From a bare machine to the first step of a placement's own guide. */
export function hostIsGone(
  project: string,
  placement: Placement,
  repository: RepositoryPlan,
  at: string,
): Section {
  const { new_host } = byHand(placement);
  const isUser = placement.scope === 'user';
  const installer = `${hostPlace(placement).folder}/install.sh`;
  const { password_file, environment_file } = repository;
  const own = userSecretFiles(project, repository);
  const files = isUser ? [own.password, own.environment] : [password_file, environment_file];
  const secrets = files.filter((file) => file !== null).map((file) => (isUser ? `~/${file}` : file));
  const host = placement.host === null ? '' : `, called ${placement.host}`;
  return {
    heading: `The host is gone: ${placementName(placement)}`,
    text: '',
    at,
    steps: [
      fenced(
        'What a new one needs',
        `A machine${host}, with ${new_host.needs}; and what was never in this tree, from where you keep it: ${secrets.join(', ')}${helperOf(repository.url) !== null ? `, and the keys with which it reaches ${repository.url}` : ''}. Then, in a copy of this tree, the jobs. Their timers run at once, and fail until there is something to back up.`,
        [fence(`${at}, in the folder of this tree`, [['sh', installer]])],
      ),
      {
        heading: 'Then',
        text: `${new_host.first} Go through ${placementName(placement)} above, from its first step.`,
        pipelines: [],
      },
    ],
  };
}

/** What anybody can do who has restic, the address and the password, on any machine. */
export function withoutScripts(
  service: ServicePlan,
  placement: Placement,
  repository: RepositoryPlan,
): Section {
  const at = 'On any machine with restic 0.17.0 or later';
  const { url, password_file, environment_file } = repository;
  const settings: Command[] = [
    ['export', `RESTIC_REPOSITORY=${url}`],
    ['export', `RESTIC_PASSWORD_FILE=${password_file}`],
    ...(environment_file === null
      ? []
      : [
          ['set', '-a'],
          ['.', environment_file],
          ['set', '+a'],
        ]),
  ];
  const volumes = hostVolumes(placement);
  return {
    heading: 'With plain restic, without our scripts',
    text: 'Snapshots need nothing of ours. The id of a complete one in place of SNAPSHOT; never --delete.',
    at,
    steps: [
      fenced('Reach the repository', 'With its password in that file.', [fence(at, settings)]),
      fenced('List and restore', '', [
        fence(at, [
          ['restic', 'snapshots', '--host', placement.snapshot_host, '--tag', service.tags.join(',')],
          ['restic', 'snapshots', '--host', `${placement.snapshot_host}.incomplete`],
        ]),
        ...(volumes.length === 0
          ? []
          : [
              fence(
                `${at}, into new folders; as root, or owners are lost`,
                volumes.map(({ snapshot_path }) => restoreWhole(service, snapshot_path)),
              ),
            ]),
      ]),
      fenced(
        'Look at all snapshots as folders',
        'Needs FUSE. Runs until you end it; look from another terminal.',
        [fence(at, [['restic', 'mount', '/mnt']])],
      ),
    ],
  };
}

/** From the folder above: what is asked for by its own path comes back without the owner, mode and time of the folder itself. */
function restoreWhole({ service_id }: ServicePlan, snapshotPath: string): Command {
  const { dir, base } = posix.parse(snapshotPath);
  return [
    ...['restic', 'restore', `SNAPSHOT:${dir}`, '--include', `/${base}`],
    ...['--target', `restored/${service_id}`, '--sparse', '--verify'],
  ];
}
