import { asText } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { readAbsolutePath } from '../source/paths.js';

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
