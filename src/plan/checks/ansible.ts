import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { ANSIBLE_GROUPS, secretVariablePrefix } from '../ansible-names.js';
import { groupBy } from '../../lookup/group.js';
import { type Check, place } from '../../model/check.js';

/** A host with the name of a group that Ansible always has: the playbook would install its jobs on every machine. */
export const ansibleGroup: Check = ({ policy }) => {
  const deployments = (policy.deployments ?? []).map(({ host, pointer }) => ({
    host,
    pointer: [...pointer, 'host'],
  }));
  const maintenance = policy.repositories.map(({ maintenance, pointer }) => ({
    host: maintenance.kind === 'host' ? maintenance.host : null,
    pointer: [...pointer, 'maintenance', 'host'],
  }));
  return [...deployments, ...maintenance].flatMap(({ host, pointer }): Diagnostic[] => {
    if (host === null || !ANSIBLE_GROUPS.includes(host)) return [];
    return [
      {
        code: 'STW580',
        severity: 'error',
        message: `\`${host}\` is a group that every Ansible inventory has, so no host can have that name`,
        span: policy.document.span(pointer),
        hint: 'use the name of the host in the inventory',
      },
    ];
  });
};

/** Two repositories whose secrets would be read from one variable. */
export const ansibleVariables: Check = ({ policy }) => {
  const groups = groupBy(policy.repositories, ({ name }) => secretVariablePrefix(policy.project, name));
  return [...groups].flatMap(([prefix, [first, ...others]]) =>
    others.map((other): Diagnostic => {
      const firstAt = first === undefined ? '' : place(policy.document.span(first.pointer));
      return {
        code: 'STW581',
        severity: 'error',
        message: `the repositories \`${first?.name ?? ''}\` and \`${other.name}\` would take their secrets from the same Ansible variables, \`${prefix}_…\``,
        span: policy.document.span(other.pointer, 'key'),
        hint: `rename one of them so that more than \`.\`, \`-\` and \`_\` tells them apart; the other is at ${firstAt}`,
      };
    }),
  );
};
