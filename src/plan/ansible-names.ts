/** Hosts of the inventory that Ansible brings itself: as a name in a play they mean more than one machine. */
export const ANSIBLE_GROUPS: readonly string[] = ['all', 'ungrouped'];

/**
 * How the variables with a repository's secrets begin: `stowage_homelab_main` for `main`. Variable names hold letters, digits
 * and `_` (docs.ansible.com, "Creating valid variable names").
 */
export function secretVariablePrefix(project: string, repository: string): string {
  return `stowage_${project}_${repository.replace(/[^a-z0-9]/g, '_')}`;
}
