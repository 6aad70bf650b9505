import { createHash } from 'node:crypto';
import { installedName, projectName } from './installed.js';

/** CronJob names end up in Job and Pod names with a suffix of their own (kubernetes.io, "CronJob"). */
const LONGEST_NAME = 52;
const HASH_LENGTH = 8;

/** How a name that had to be changed ends; a plain one that looks like it is changed too, so that the two never meet. */
const HASHED = /-[0-9a-f]{8}$/;

/**
 * Name of an object of ours: `stowage-<project>-<kind>-<name>` as an RFC 1123 label of at most 52 characters. Where that
 * needs a change (dots and underscores of a service id, length), a hash follows, so that no two become one. What is kept
 * is long enough for the whole of the longest project and kind.
 */
export function objectName(project: string, kind: string, name: string): string {
  return fitted(installedName(project, kind, name));
}

/** What tells an object of a project from its others, for a file in a folder of the project's own. */
export function withoutProject(project: string, name: string): string {
  return name.slice(projectName(project).length + 1);
}

/** Name of a volume or a container of a pod, which no other pod sees: no project is in it. Ours say so in a pod of the workload's. */
export function podVolumeName(
  prefix: 'claim' | 'path' | 'secret' | 'dump' | 'stowage-dump',
  name: string,
): string {
  return fitted(`${prefix}-${name}`);
}

function fitted(joined: string): string {
  const plain = joined.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-');
  if (plain === joined && plain.length <= LONGEST_NAME && !HASHED.test(plain)) return plain;
  const hash = createHash('sha256').update(joined).digest('hex').slice(0, HASH_LENGTH);
  const kept = plain.slice(0, LONGEST_NAME - HASH_LENGTH - 1).replace(/-+$/, '');
  return `${kept}-${hash}`;
}

/** RFC 1123 label: namespaces. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** RFC 1123 subdomain, at most 253 characters: claims (kubernetes.io, "Object Names and IDs"). */
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
/** Whether Kubernetes takes a name for a namespace. */
export function isNamespace(name: string): boolean {
  return LABEL.test(name);
}

/** Whether Kubernetes takes a name for an object, such as a claim or a Deployment. */
export function isObjectName(name: string): boolean {
  return SUBDOMAIN.test(name);
}

/** Names in a namespace's folder that are not a service's, with the ending that moves a service out of their way. */
const RESERVED =
  /^(?:service-account|network-policy|kustomization|hostpath|hostpath-.*|maintenance-.*|secret-.*)(?:\.service)*$/;

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
  project: string,
  instance: string,
  component: 'backup' | 'maintenance' | 'restore' | 'shared',
): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'restic',
    'app.kubernetes.io/instance': instance,
    'app.kubernetes.io/component': component,
    ...projectSelector(project),
  };
}

/** What selects every object from before projects had names. */
export const OBJECTS_BEFORE_NAMES: Readonly<Record<string, string>> = {
  'app.kubernetes.io/part-of': 'backup',
  'app.kubernetes.io/managed-by': 'stowage',
};

/** What selects everything of a project, and nothing of another one in the same namespace. */
export function projectSelector(project: string): Record<string, string> {
  return {
    'app.kubernetes.io/part-of': projectName(project),
    'app.kubernetes.io/managed-by': 'stowage',
  };
}
