import type { Finding } from '../finding.js';
import type { ReviewInput, Rule } from '../review.js';
import { SHARED } from './template-texts.js';

/** The images that jobs run in, and the way in which volumes are read. */
export const methods: Rule = ({ before, after, places }: ReviewInput) =>
  ASPECTS.flatMap((aspect): Finding[] => {
    const [old, now] = [valuesOf(before.files, aspect), valuesOf(after.files, aspect)];
    const ours = valuesOf(after.plain, aspect);
    const added = now.filter((value) => !old.includes(value));
    if (old.length === 0 || added.length === 0) return [];
    const removed = old.filter((value) => !now.includes(value));
    return [
      {
        ...SHARED,
        runtime: aspect.runtime,
        code: aspect.code,
        severity: 'warning',
        before: removed.join(', ') || old.join(', '),
        after: added.join(', '),
        message: aspect.message,
        hint: aspect.hint,
        span: added.some((value) => ours.includes(value))
          ? places.policy(['runtimes', aspect.runtime, aspect.key])
          : places.template(
              added[0] ?? '',
              [...after.files.keys()].filter((path) => aspect.files.test(path)),
            ),
      },
    ];
  });

interface Aspect {
  readonly runtime: 'kubernetes' | 'podman' | 'proxmox';
  readonly key: string;
  readonly code: 'STW824' | 'STW825';
  readonly files: RegExp;
  /** Its first group, or what it stands for. */
  readonly value: RegExp;
  readonly names?: Readonly<Record<string, string>>;
  readonly message: string;
  readonly hint: string;
}

const NEW_IMAGE = 'check that it comes from whom you trust, holds restic 0.17.0 or later, and is pinned';
const NEW_METHOD = 'take a backup and restore it with the new runbook before the old snapshots go';

const ASPECTS: readonly Aspect[] = [
  {
    ...{ runtime: 'kubernetes', key: 'image', code: 'STW824', files: /^kubernetes\/.*\.yaml$/ },
    value: /^[ -]*image: *(\S+)/gm,
    message: 'jobs on Kubernetes run another image, which sees the data and the password of the repository',
    hint: NEW_IMAGE,
  },
  {
    ...{ runtime: 'podman', key: 'image', code: 'STW824', files: /\.container$/ },
    value: /^Image=(\S+)/gm,
    message: 'rootless jobs run another image, which sees the data and the password of the repository',
    hint: NEW_IMAGE,
  },
  {
    ...{
      runtime: 'kubernetes',
      key: 'method',
      code: 'STW825',
      files: /^kubernetes\/(?!.*maintenance-).*\.yaml$/,
    },
    value: /^apiVersion: *(velero\.io|volsync\.backube|k8up\.io|batch|apps)\//gm,
    names: {
      'velero.io': 'velero',
      'volsync.backube': 'volsync',
      'k8up.io': 'k8up',
      batch: 'restic (CronJob)',
      apps: 'restic (DaemonSet)',
    },
    message:
      'volumes on Kubernetes are backed up by another method; what one made, another may not be able to restore',
    hint: NEW_METHOD,
  },
  {
    ...{ runtime: 'proxmox', key: 'mode', code: 'STW825', files: /vzdump-restic.*\.sh$/ },
    value: /--mode (\w+)/g,
    message:
      'guests on Proxmox are dumped in another mode: `stop` and `suspend` interrupt them, `snapshot` does not wait for their data to be whole',
    hint: NEW_METHOD,
  },
  {
    ...{ runtime: 'proxmox', key: 'transfer', code: 'STW825', files: /vzdump-restic.*\.sh$/ },
    value: /(--stdin-from-command|--dumpdir)/g,
    names: { '--stdin-from-command': 'stream', '--dumpdir': 'dumpdir' },
    message: 'dumps of guests on Proxmox reach restic in another way',
    hint: NEW_METHOD,
  },
];

function valuesOf(files: ReadonlyMap<string, string>, { files: paths, value, names }: Aspect): string[] {
  const found = new Set<string>();
  for (const [path, content] of files) {
    if (!paths.test(path)) continue;
    for (const [, match = ''] of content.matchAll(value)) {
      const plain = match.replace(/^["']|["']$/g, '');
      found.add(names?.[plain] ?? plain);
    }
  }
  return [...found].sort();
}
