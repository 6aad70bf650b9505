import { isDeepStrictEqual } from 'node:util';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { BackupSettings, Contract } from '../model/contract.js';
import type { Pointer } from '../source/document.js';

/** What a service has once, wherever it is: names of files and tags, and what its history is kept by. */
export function differingKeys(first: Contract, other: Contract, where: string): Diagnostic[] {
  const different = (pointer: Pointer, why: string): Diagnostic => ({
    code: 'STW116',
    severity: 'error',
    message: `\`${pointer.join('.')}\` of \`${first.service_id}\` is another one for ${where}: ${why}`,
    span: other.document.span(pointer),
    hint: 'give it one value that holds in every place of the service',
  });
  if (first.service_id !== other.service_id) {
    return [different(['service_id'], 'files, units and snapshots are named after it')];
  }
  const [settings, others] = [first.backup.settings, other.backup.settings];
  return ONCE.filter((key) => !isDeepStrictEqual(settings[key], others[key])).map((key) =>
    different(['backup', key], 'a service is backed up in one way'),
  );
}

/** Settings that the plan has once for a service. */
const ONCE: readonly (keyof BackupSettings)[] = [
  ...(['repository', 'schedule', 'timezone', 'spread', 'max_age', 'retention', 'exclude'] as const),
  ...(['timeout', 'retry_lock', 'accept_incomplete', 'max_shrink', 'run_as'] as const),
];
