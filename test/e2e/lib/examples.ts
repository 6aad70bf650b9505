import { readFileSync } from 'node:fs';

/** How a scenario wants an example's service to be backed up: keys of its `backup:` block, each in one line of YAML. */
export type BackupKeys = Readonly<Record<string, string>>;

/**
 * Contracts of `examples/homelab` for a project of one's own, by path in it. Their own times are left out, so that no timer
 * fires by itself in the middle of a scenario; their dumps too, as nothing runs in these machines. Other keys of `backup:` are
 * replaced or added as asked.
 */
export function exampleContracts(services: Readonly<Record<string, BackupKeys>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(services).map(([service, backup]) => {
      const name = `services/${service}/contract.yml`;
      return [name, withBackup(readFileSync(`examples/homelab/${name}`, 'utf8'), backup)];
    }),
  );
}

function withBackup(contract: string, backup: BackupKeys): string {
  const replaced = ['schedule', 'spread', 'dumps', ...Object.keys(backup)].join('|');
  const [rest = '', block = ''] = contract.split(/^backup:\n/m);
  const kept = block.replace(new RegExp(`^ {2}(?:${replaced}):(?: .*)?\\n(?: {4}.*\\n)*`, 'gm'), '');
  const added = Object.entries(backup).map(([key, value]) => `  ${key}: ${value}\n`);
  return kept === '' && added.length === 0 ? rest : `${rest}backup:\n${added.join('')}${kept}`;
}
