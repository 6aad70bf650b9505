import type { BackupPlan } from '../../../model/plan.js';
import type { KubernetesSettings } from '../settings.js';

const HTTPS = 443;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': HTTPS, 'sftp:': 22 };

/**
 * TCP ports of every repository that pods may use, sorted. Of the whole policy, so that a namespace's network does
 * not change with the services in it.
 */
export function repositoryPorts(plan: BackupPlan, settings: KubernetesSettings): number[] {
  const ports = plan.repositories
    .filter((repository) => repository.kubernetes_secret !== null && repository.local_path === null)
    .map((repository) => repositoryPort(repository.url));
  return [...new Set([...ports, ...settings.egress_ports])].sort((a, b) => a - b);
}

/** The TCP port of a restic address (restic manual, "Preparing a new repository"); cloud back ends speak HTTPS. */
export function repositoryPort(url: string): number {
  const address = url.replace(/^(?:rest|s3|swift):/, '');
  if (url.startsWith('sftp:') && !url.startsWith('sftp://')) return 22;
  const parsed = URL.canParse(address) ? new URL(address) : null;
  if (parsed === null) {
    // s3:host:port/bucket and s3:host/bucket, without a scheme.
    const port = /^[^/:]+:([0-9]{1,5})(?:\/|$)/.exec(address)?.[1];
    return port === undefined || !url.startsWith('s3:') ? HTTPS : Number(port);
  }
  if (parsed.port !== '') return Number(parsed.port);
  const bare = /^[^/:]+:([0-9]{1,5})(?:\/|$)/.exec(address)?.[1];
  if (bare !== undefined && url.startsWith('s3:')) return Number(bare);
  return DEFAULT_PORTS[parsed.protocol] ?? HTTPS;
}
