import type { Contract } from '../../model/contract.js';
import type { Findings } from '../../source/findings.js';
import type { Mapping } from '../../source/yaml-values.js';

/** What a contract says to Podman alone. */
export interface PodmanContract {
  readonly quadlet_scope: 'system' | 'user';
}

export function readContract(_findings: Findings, given: Mapping): PodmanContract {
  return { quadlet_scope: given.quadlet_scope === 'user' ? 'user' : 'system' };
}

/** What a contract that was read says. */
export function contractOf({ runtime_settings }: Contract): PodmanContract {
  return runtime_settings.podman as PodmanContract;
}
