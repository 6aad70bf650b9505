import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { jobIndex } from '../job-index.js';
import { helperOf } from '../../policy/repository-url.js';
import type { Check, CheckInput } from './check.js';

/** What restic's own images hold: restic, OpenSSH's client, and no rclone. */
const OWN_IMAGE = /(?:^|\/)restic\/restic(?:[:@]|$)/;

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
  const { image, method } = policy.runtimes.kubernetes;
  return policy.repositories.flatMap(({ name, url, maintenance, pointer }): Diagnostic[] => {
    const isUsed =
      (method === 'restic' && used.has(name)) ||
      (maintenance.kind === 'namespace' && jobs.ofRepository(name).length > 0);
    const helper = helperOf(url);
    if (!isUsed || helper === null || (helper === 'rclone' && !OWN_IMAGE.test(image))) return [];
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

/** The same for rootless jobs, which run in a container too; they have the SSH keys and the rclone.conf of their user. */
export const unreachableFromRootless: Check = ({ policy, plan }: CheckInput) => {
  const { image } = policy.runtimes.podman;
  if (!OWN_IMAGE.test(image)) return [];
  const used = new Set(
    plan.services
      .filter(({ placements }) => placements.some(({ scope }) => scope === 'user'))
      .map(({ repository }) => repository),
  );
  return policy.repositories
    .filter(({ name, url }) => used.has(name) && helperOf(url) === 'rclone')
    .map(({ name, pointer }): Diagnostic => ({
      code: 'STW350',
      severity: 'error',
      message: `rootless jobs that use repository \`${name}\` need the program rclone, which the image \`${image}\` does not hold`,
      span: policy.document.span([...pointer, 'url']),
      hint: 'set `runtimes.podman.image` to an image with restic and rclone, or let these services use another repository',
    }));
};
