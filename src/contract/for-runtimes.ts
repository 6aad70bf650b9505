import type { Contract } from '../model/contract.js';
import { RUNTIME_LIST } from '../runtimes/registry.js';
import type { Findings } from '../source/findings.js';
import type { Mapping } from '../source/yaml-values.js';

/** What each runtime reads in a contract for itself. */
export function readForRuntimes(findings: Findings, given: Mapping): Contract['runtime_settings'] {
  const read = RUNTIME_LIST.flatMap(({ name, readContract }) =>
    readContract === undefined ? [] : [[name, readContract(findings, given)] as const],
  );
  return Object.fromEntries(read);
}
