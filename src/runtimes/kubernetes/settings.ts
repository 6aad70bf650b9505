import type { Labels, RuntimeSettings } from '../../model/policy.js';
import type { MethodName } from './methods/registry.js';
import type { Toleration } from './tolerations.js';

/** `runtimes.kubernetes`: how services on clusters are backed up. */
export interface KubernetesSettings {
  /** Image that holds restic 0.17.0 or later, busybox or another POSIX shell, and time zone data. */
  readonly image: string;
  /** Who makes the backups: restic jobs of ours, or an operator. */
  readonly method: MethodName;
  /** hostPath volumes: a job that follows the workload to its node, or a scheduler on each node of `node_selector`. */
  readonly host_path_mode: 'cronjob' | 'daemonset';
  /** Whether a job must run on the workload's node (ReadWriteOnce claims), or only should. */
  readonly affinity: 'required' | 'preferred';
  /** Labels of the nodes that hold hostPath volumes; for `host_path_mode: daemonset`. */
  readonly node_selector: Labels;
  /** Taints that backup and restore pods put up with; never one of the cluster itself. */
  readonly tolerations: readonly Toleration[];
  /** Velero only: move CSI snapshots, or read the files of the running pod. */
  readonly snapshot: 'none' | 'csi';
  /** VolumeSnapshotClass; null for the cluster's default. */
  readonly volume_snapshot_class: string | null;
  /** Where an ExternalSecret fills each `kubernetes_secret` from; null when people make the Secrets. */
  readonly external_secret: ExternalSecretSettings | null;
  /** TCP ports that jobs may reach besides those of the repositories' addresses. */
  readonly egress_ports: readonly number[];
  readonly resources: {
    /** Kubernetes quantities. */
    readonly cpu_request: string;
    readonly memory_request: string;
    readonly memory_limit: string;
    readonly dump_limit: string;
  };
  /** Namespace that Velero runs in. */
  readonly velero_namespace: string;
}

/** `runtimes.kubernetes.external_secret`: the store that Secrets are filled from. */
export interface ExternalSecretSettings {
  /** Name of the store. */
  readonly store: string;
  readonly store_kind: 'ClusterSecretStore' | 'SecretStore';
  /** What stands before the Secret's name in the store's key: `backup/` gives `backup/restic-main`. */
  readonly key_prefix: string;
}

/** Those in a policy that was read. */
export function settingsOf({ kubernetes }: RuntimeSettings): KubernetesSettings {
  return kubernetes as KubernetesSettings;
}
