import type { RuntimeSettings } from '../../model/policy.js';
import type { Pointer } from '../../source/document.js';
import type { Findings } from '../../source/findings.js';
import { readHostPath } from '../../source/host-rules.js';
import type { Mapping } from '../../source/yaml-values.js';

/** `runtimes.docker` */
export interface DockerSettings {
  readonly data_root: string;
}

export function readSettings(findings: Findings, given: Mapping, pointer: Pointer): DockerSettings {
  const root = readHostPath(findings, given.data_root, [...pointer, 'data_root']);
  return { data_root: root ?? '/var/lib/docker' };
}

/** Those in a policy that was read. */
export function settingsOf({ docker }: RuntimeSettings): DockerSettings {
  return docker as DockerSettings;
}
