import { settingsOf } from '../settings.js';
import type { Diagnostic } from '../../../diagnostics/diagnostic.js';
import type { Check } from '../../../model/check.js';
import { jobIndex } from '../../../lookup/job-index.js';
import { helperOf, holdsRclone } from '../../../model/repository-url.js';
import { methodOf } from '../methods/registry.js';

/**
 * Repositories that pods use and that another program reaches. SSH needs keys in a home folder, which the pods that we
 * render do not have; rclone takes its configuration from the environment, so an image that holds it is enough.
 */
export const unreachableFromPods: Check = ({ policy, plan }) => {
  const used = new Set(
    plan.services
      .filter(({ placements }) => placements.some(({ runtime }) => runtime === 'kubernetes'))
      .map(({ repository }) => repository),
  );
  const jobs = jobIndex(plan);
  const { image } = settingsOf(policy.runtimes);
  const { restic } = methodOf(settingsOf(policy.runtimes));
  return policy.repositories.flatMap(({ name, url, maintenance, pointer }): Diagnostic[] => {
    const isUsed =
      (restic === 'ours' && used.has(name)) ||
      (maintenance.kind === 'namespace' && jobs.ofRepository(name).length > 0);
    const helper = helperOf(url);
    if (!isUsed || helper === null || (helper === 'rclone' && holdsRclone(image))) return [];
    const span = policy.document.span([...pointer, 'url']);
    return [
      helper === 'sftp'
        ? {
            code: 'STW550',
            // Templates of one's own may bring the keys.
            severity: policy.templates === null ? 'error' : 'warning',
            message: `pods that use repository \`${name}\` need an SSH key and known hosts, which they do not have`,
            span,
            hint: 'use a repository that the variables of a Secret open, such as a rest-server or S3, or `templates` of your own that mount the keys',
          }
        : {
            code: 'STW550',
            severity: 'error',
            message: `pods that use repository \`${name}\` need the program rclone, which the image \`${image}\` does not hold`,
            span,
            hint: 'set `runtimes.kubernetes.image` to an image with restic and rclone, and put its RCLONE_CONFIG_... variables into the Secret; or use another repository',
          },
    ];
  });
};
