import { createHash } from 'node:crypto';

/** CronJob names end up in Job and Pod names with a suffix of their own (kubernetes.io, "CronJob"). */
const LONGEST_NAME = 52;
const HASH_LENGTH = 8;

/**
 * Name of an object of ours: `<prefix>-<name>` as an RFC 1123 label of at most 52 characters. Where that needs a
 * change (dots and underscores of a service id, length), a hash follows, so that no two become one.
 */
export function objectName(prefix: string, name: string): string {
  const joined = `${prefix}-${name}`;
  const plain = joined.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-');
  if (plain === joined && plain.length <= LONGEST_NAME) return plain;
  const hash = createHash('sha256').update(joined).digest('hex').slice(0, HASH_LENGTH);
  const kept = plain.slice(0, LONGEST_NAME - HASH_LENGTH - 1).replace(/-+$/, '');
  return `${kept}-${hash}`;
}

/** Names in a namespace's folder that are not a service's, with the ending that moves a service out of their way. */
const RESERVED = /^(?:common|kustomization|hostpath|hostpath-.*|maintenance-.*|secret-.*)(?:\.service)*$/;

/** File of a service in its namespace's folder: `<service>.yaml`, or out of the way of our own files. */
export function serviceFile(serviceId: string): string {
  return `${serviceId}${RESERVED.test(serviceId) ? '.service' : ''}.yaml`;
}

/**
 * Text for `command`, `args` or `env` of a container, where Kubernetes expands `$(NAME)`; a doubled dollar is a plain
 * one (kubernetes.io, "Define Dependent Environment Variables").
 */
export function containerText(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** What every object of ours carries (kubernetes.io, "Recommended Labels"). */
export function labels(
  instance: string,
  component: 'backup' | 'maintenance' | 'restore' | 'shared',
): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'restic',
    'app.kubernetes.io/instance': instance,
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/part-of': 'backup',
    'app.kubernetes.io/managed-by': 'stowage',
  };
}

/** What selects every pod of ours in a namespace. */
export const POD_SELECTOR = {
  'app.kubernetes.io/part-of': 'backup',
  'app.kubernetes.io/managed-by': 'stowage',
} as const;
