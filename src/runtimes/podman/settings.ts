import { asText } from '../../source/access.js';
import type { RuntimeSettings } from '../../model/policy.js';
import type { Pointer } from '../../source/document.js';
import type { Findings } from '../../source/findings.js';
import { readHostPath } from '../../source/host-rules.js';
import type { Mapping } from '../../source/yaml-values.js';

/** `runtimes.podman` */
export interface PodmanSettings {
  readonly storage_root: string;
  /** Image that holds restic, for rootless jobs. */
  readonly image: string;
  /** The user whose rootless services are backed up; null for whoever runs the installer. */
  readonly user: string | null;
}

export function readSettings(findings: Findings, given: Mapping, pointer: Pointer): PodmanSettings {
  const root = readHostPath(findings, given.storage_root, [...pointer, 'storage_root']);
  return {
    storage_root: root ?? '/var/lib/containers/storage',
    image: asText(given.image) ?? 'ghcr.io/restic/restic:0.19.1',
    user: asText(given.user),
  };
}

/** Those in a policy that was read. */
export function settingsOf({ podman }: RuntimeSettings): PodmanSettings {
  return podman as PodmanSettings;
}
