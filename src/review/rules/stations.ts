import { placeName } from '../../targets/protection.js';
import { quote, type Finding } from '../finding.js';
import type { PlacementPair } from '../match.js';
import type { Rule, Side } from '../review.js';
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

/** Schedulers for hostPath volumes that run on other nodes, or on fewer: what the rest holds has no job any more. */
export const lostNodes: Rule = ({ matched, before: { files: old }, after: { files: now }, places }) =>
  matched.services
    .flatMap(({ placements }) => placements)
    .flatMap((pair): Finding[] => {
      const [before, after] = [
        nodesOf(old, pair.service.before.service_id, pair.before),
        nodesOf(now, pair.service.after.service_id, pair.after),
      ];
      if (before === null || after === null || after.every((label) => before.includes(label))) return [];
      const { service } = pair;
      return [
        {
          ...subject(service.after, pair.after, null),
          code: 'STW805',
          severity: 'critical',
          before: before.join(', '),
          after: after.join(', '),
          message: `hostPath volumes of ${quote(service.id)} on ${placeName(pair.after)} are no longer backed up on nodes without ${quote(after.filter((label) => !before.includes(label)).join(', '))}`,
          hint: 'look at `kubectl get nodes --selector` with the old and the new labels; no data may be left on a node that only the old ones name',
          span:
            pair.after.node_selector === undefined
              ? places.policy(['runtimes', 'kubernetes', 'node_selector'])
              : places.placement(service.after, pair.after),
        },
      ];
    });

/** The labels of the nodes that a DaemonSet backs a service's hostPath volumes up on; null without one. */
function nodesOf(files: Rendered, id: string, { namespace }: PlacementPair['after']): string[] | null {
  if (namespace === null) return null;
  const folder = `kubernetes/${namespace}/`;
  for (const [path, content] of files) {
    if (!path.startsWith(folder) || !content.includes(`/${id}.sh `)) continue;
    const block = /^( *)nodeSelector:\n((?:\1 +.*\n)*)/m.exec(content)?.[2];
    if (block !== undefined)
      return block
        .trimEnd()
        .split('\n')
        .map((line) => line.trim().replace(': ', '='));
  }
  return null;
}
