import { asText } from './access.js';
import type { Pointer } from './document.js';
import type { Findings } from './findings.js';
import { readAbsolutePath } from './paths.js';

/** Reports a host name that has a meaning of its own; the schema checks its letters. */
export function checkHost(findings: Findings, host: string, pointer: Pointer): boolean {
  if (host !== 'any') return true;
  findings.error(
    'STW204',
    pointer,
    '`any` is the folder for services without a host, so no host can have that name',
    {
      hint: 'use the real name of the host, or leave `host` out',
    },
  );
  return false;
}

/** An absolute path on a host, normalised; null when absent or reported. */
export function readHostPath(findings: Findings, value: unknown, pointer: Pointer): string | null {
  const text = asText(value);
  if (text === null) return null;
  const result = readAbsolutePath(text);
  if ('path' in result) return result.path;
  findings.error('STW214', pointer, `\`${text}\` ${result.problem}`, {
    hint: 'write the full path from `/`, without `..`',
  });
  return null;
}

/**
 * Path of a file with secrets on a host, normalised; null when absent or reported. systemd, Podman and Ansible each read it
 * by rules of their own, so it must need no quotes in any of them.
 */
export function readSecretFile(findings: Findings, value: unknown, pointer: Pointer): string | null {
  const path = readHostPath(findings, value, pointer);
  if (path === null || /^[A-Za-z0-9._/@+-]+$/.test(path)) return path;
  findings.error(
    'STW214',
    pointer,
    `\`${path}\` holds a character that a file with secrets must not have in its path`,
    {
      hint: 'use letters, digits, `.`, `_`, `-`, `@` and `+`',
    },
  );
  return null;
}
