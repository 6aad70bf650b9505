import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { isMaintained } from '../maintenance-jobs.js';
import type { Check } from './check.js';

/** What these back ends need beside an environment (restic manual, "Preparing a new repository"). */
const FILES: Readonly<Record<string, string>> = {
  sftp: 'an SSH key and known hosts',
  rclone: 'the program rclone and its configuration',
};

/**
 * Repositories that pods use and that ask for files, which the pods that we render do not have. A warning: an image or a
 * template of one's own may bring them.
 */
export const unreachableFromPods: Check = ({ policy, plan }) => {
  const used = new Set(
    plan.services
      .filter(({ placements }) => placements.some(({ runtime }) => runtime === 'kubernetes'))
      .map(({ repository }) => repository),
  );
  const maintained = new Set(plan.repositories.filter(isMaintained).map(({ name }) => name));
  const byRestic = policy.runtimes.kubernetes.method === 'restic';
  return policy.repositories.flatMap(({ name, url, maintenance, pointer }): Diagnostic[] => {
    const files = FILES[url.slice(0, url.indexOf(':'))];
    const isUsed = (byRestic && used.has(name)) || (maintenance.kind === 'namespace' && maintained.has(name));
    if (files === undefined || !isUsed) return [];
    return [
      {
        code: 'STW550',
        severity: 'warning',
        message: `pods that use repository \`${name}\` need ${files}, which they do not have`,
        span: policy.document.span([...pointer, 'url']),
        hint: 'use a repository that a Secret with environment variables opens, such as a rest-server, or an image and templates that bring them',
      },
    ];
  });
};
