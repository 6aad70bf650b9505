import type { Contract } from '../../model/contract.js';
import { asMapping, asText } from '../../source/access.js';
import type { Findings } from '../../source/findings.js';
import type { Mapping } from '../../source/yaml-values.js';

/** What a contract says to Docker alone. */
export interface DockerContract {
  /** `backup.compose_project`: name of the Compose project. */
  readonly compose_project: string | null;
}

export function readContract(_findings: Findings, given: Mapping): DockerContract {
  return { compose_project: asText(asMapping(given.backup).compose_project) };
}

/** What a contract that was read says. */
export function contractOf({ runtime_settings }: Contract): DockerContract {
  return runtime_settings.docker as DockerContract;
}
