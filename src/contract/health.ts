import { asList, asMapping, asText } from '../source/access.js';
import type { Mapping } from '../source/yaml-values.js';

/**
 * The program and its arguments that tell whether the service works; empty for none. Compose's first words are no part of
 * it (Compose specification, "healthcheck"): `CMD` says nothing, `CMD-SHELL` that one text for a shell follows, and
 * `NONE` that there is no check.
 */
export function readHealthCommand(given: Mapping): string[] {
  const { cmd, liveness } = asMapping(given.health);
  const command = cmd ?? asMapping(liveness).cmd;
  // Compose takes a text for a line for a shell, too.
  const line = asText(command);
  if (line !== null) return line === '' ? [] : ['sh', '-c', line];
  const written = asList(command);
  // A word that could not be resolved: half a command is another command.
  if (written.includes(null)) return [];
  const words = written.flatMap((word) =>
    typeof word === 'number' || typeof word === 'boolean' ? String(word) : (asText(word) ?? []),
  );
  const [first, ...rest] = words;
  if (first === 'CMD') return rest;
  if (first === 'NONE') return [];
  return first === 'CMD-SHELL' && rest.length > 0 ? ['sh', '-c', rest.join(' ')] : words;
}
