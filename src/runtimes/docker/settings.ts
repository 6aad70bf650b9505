import type { RuntimeSettings } from '../../model/policy.js';
import { asText } from '../../source/access.js';
import type { Pointer } from '../../source/document.js';
import type { Findings } from '../../source/findings.js';
import { readHostPath } from '../../source/host-rules.js';
import type { Mapping } from '../../source/yaml-values.js';

/** `runtimes.docker`, and what `defaults` say to Docker alone. */
export interface DockerSettings {
  readonly data_root: string;
  /** `defaults.compose_project`: null for the name that Compose takes from a folder called `service_id`. */
  readonly compose_project: string | null;
}

export function readSettings(
  findings: Findings,
  given: Mapping,
  pointer: Pointer,
  defaults: Mapping,
): DockerSettings {
  const root = readHostPath(findings, given.data_root, [...pointer, 'data_root']);
  return { data_root: root ?? '/var/lib/docker', compose_project: asText(defaults.compose_project) };
}

/** Those in a policy that was read. */
export function settingsOf({ docker }: RuntimeSettings): DockerSettings {
  return docker as DockerSettings;
}
