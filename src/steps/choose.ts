import { fence, fenced, type Command, type Step } from '../model/guide.js';

/** How a person finds the snapshot from before the damage. */
export interface Choice {
  readonly at: string;
  /** Typed before the commands of a fence: `cd`, where these are relative to the home folder. */
  readonly before: readonly Command[];
  /** What runs restic with the credentials of the jobs. */
  readonly restic: Command;
  readonly snapshotHost: string;
  readonly tags: readonly string[];
  /** Paths in the snapshots. */
  readonly paths: readonly string[];
}

export function chooseSteps(choice: Choice): Step[] {
  const { at, before, restic, snapshotHost, tags, paths } = choice;
  const list = (...filter: readonly string[]): Command => [...restic, 'snapshots', ...filter];
  const filter = ['--host', snapshotHost, '--tag', tags.join(',')];
  return [
    fenced(
      'Choose a snapshot',
      'In the commands below latest is the newest complete snapshot. Where that holds the damage already, put the id of an older one in its place. Some may be incomplete, because a backup could not read everything or found much less than before: latest passes them over, and so should you.',
      [
        fence(at, [...before, list(...filter)]),
        fence(
          `${at}, for the incomplete ones: the id is in the tag, later the tag is on the snapshot itself`,
          [
            ...before,
            list('--host', `${snapshotHost}.incomplete`),
            list('--tag', `incomplete:${snapshotHost}`),
          ],
        ),
      ],
    ),
    fenced('Look into a snapshot', 'To compare two, put ids from the list in place of OLDER and NEWER.', [
      fence(`${at}, for what is in it`, [
        ...before,
        ...paths.map((path): Command => [...restic, 'ls', '--long', 'latest', path, ...filter]),
      ]),
      fence(`${at}, for what has changed between two`, [...before, [...restic, 'diff', 'OLDER', 'NEWER']]),
    ]),
  ];
}
