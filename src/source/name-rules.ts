import type { Pointer } from './document.js';
import type { Findings } from './findings.js';

export interface NameRule {
  readonly pattern: RegExp;
  readonly words: string;
  /** What has such a name, where a message says so. */
  readonly of?: string;
}

/** Names that become directories below `/backup/<service>/`. */
export const VOLUME_NAME: NameRule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
  words: 'letters, digits, `.`, `_` and `-`, beginning with a letter or digit',
};

/** Docker's and Podman's own rule for volumes. */
export const ENGINE_VOLUME_NAME: NameRule = {
  pattern: /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/,
  words: 'letters, digits, `.`, `_` and `-`, beginning with a letter or digit, as Docker and Podman ask',
};

/** Docker's and Podman's own rule for containers. */
export const CONTAINER_NAME: NameRule = {
  pattern: /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/,
  words: 'letters, digits, `.`, `_` and `-`, beginning with a letter or digit',
  of: 'a container',
};

/** Compose specification, "services". A leading dash would be an option. */
export const COMPOSE_SERVICE_NAME: NameRule = {
  pattern: /^[a-zA-Z0-9._][a-zA-Z0-9._-]{0,127}$/,
  words: 'letters, digits, `.`, `_` and `-`',
  of: 'a Compose service',
};

/** What can stand still: a container, a Compose service, or a unit (systemd.unit(5)). */
export const HELD_NAME: NameRule = {
  pattern: /^[a-zA-Z0-9._][a-zA-Z0-9._:@\\-]{0,254}$/,
  words: 'letters, digits, `.`, `_`, `:`, `@`, `\\` and `-`',
};

/** RFC 1123 subdomain, as Kubernetes names its objects. */
export const KUBERNETES_NAME: NameRule = {
  pattern: /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/,
  words: 'lower-case letters, digits, `-` and `.`, as Kubernetes asks',
};

/** A key of a Secret (kubernetes.io, "Secrets"). */
export const SECRET_KEY: NameRule = {
  pattern: /^[A-Za-z0-9._-]{1,253}$/,
  words: 'letters, digits, `-`, `_` and `.`, as Kubernetes asks',
};

/** Reports a name that breaks its rule; returns whether it is good. */
export function checkName(findings: Findings, pointer: Pointer, name: string, rule: NameRule): boolean {
  if (rule.pattern.test(name)) return true;
  const key = pointer.findLast((step) => typeof step === 'string') ?? 'name';
  findings.error('STW101', pointer, `\`${key}\` may hold only ${rule.words}`, { hint: 'rename it' });
  return false;
}
