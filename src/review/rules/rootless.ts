import { placeName } from '../../targets/protection.js';
import { quote, type Finding } from '../finding.js';
import type { PlacementPair } from '../match.js';
import type { Rule } from '../review.js';
import type { Side } from '../side.js';
import { subject } from './coverage.js';

type Rendered = Side['files'];

/** Rootless jobs of another user: volumes of engines and the files with secrets lie in that user's home. */
export const rootlessUser: Rule = ({ matched, before: { files: old }, after: { files: now }, places }) =>
  matched.services
    .flatMap(({ placements }) => placements)
    .flatMap((pair): Finding[] => {
      const [before, after] = [userOf(old, pair.before), userOf(now, pair.after)];
      if (before === null || after === null || before === after) return [];
      const { service } = pair;
      return [
        {
          ...subject(service.after, pair.after, null),
          code: 'STW842',
          severity: 'warning',
          before: `user ${before}`,
          after: `user ${after}`,
          message: `the rootless backup of ${quote(service.id)} on ${placeName(pair.after)} reads the volumes of another user; those of ${quote(before)} are no longer backed up`,
          hint: `move the workload, its volumes and the files with secrets to \`${after}\` first, and remove the jobs of \`${before}\`: they would go on in the same history`,
          span: places.policy(['runtimes', 'podman', 'user']),
        },
      ];
    });

/** Whom the installer of a rootless placement is for; null where it is for whoever runs it. */
function userOf(files: Rendered, { scope, host }: PlacementPair['after']): string | null {
  if (scope !== 'user') return null;
  const installer = files.get(`hosts/${host ?? ''}/user/install.sh`) ?? '';
  return /^user=([^'\s]+)$/m.exec(installer)?.[1] ?? null;
}
