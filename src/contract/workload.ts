import { asList, asMapping, asText } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import type { Mapping } from '../source/yaml-values.js';
import { COMPOSE_SERVICE_NAME, CONTAINER_NAME, type NameRule } from '../source/name-rules.js';

/**
 * The contract's Compose services, the one with the health check first; none where that has no name that can be. Without
 * `services[]` it is the one that is called like the service; a name with capitals or spaces is for people to read, and
 * then Compose's own is likely the id.
 */
export function readComposeServices(findings: Findings, given: Mapping): readonly string[] {
  const listed = asList(given.services).map((service, index) =>
    usableName(findings, asMapping(service).name, ['services', index, 'name'], COMPOSE_SERVICE_NAME),
  );
  if (listed.length > 0) return listed[0] === null ? [] : listed.filter((name) => name !== null);
  const name = asText(given.service_name) ?? '';
  const isIdentifier = COMPOSE_SERVICE_NAME.pattern.test(name) && name === name.toLowerCase();
  return [isIdentifier ? name : (asText(given.service_id) ?? '')];
}

/** `container_name` of the contract, or of the first of its Compose services, which carries the health check. */
export function readContainerName(findings: Findings, given: Mapping): string | null {
  const own = usableName(findings, given.container_name, ['container_name'], CONTAINER_NAME);
  const first = asMapping(asList(given.services)[0]).container_name;
  return own ?? usableName(findings, first, ['services', 0, 'container_name'], CONTAINER_NAME);
}

/** A name that nothing can have is never typed: the runbook does without, and whoever wrote it is told. */
function usableName(findings: Findings, value: unknown, pointer: Pointer, rule: NameRule): string | null {
  const name = asText(value) ?? '';
  if (name === '' || rule.pattern.test(name)) return name === '' ? null : name;
  findings.warning('STW115', pointer, `\`${name}\` is no name that ${rule.of ?? 'anything'} can have`, {
    hint: `it may hold only ${rule.words}; runbooks do without this one`,
  });
  return null;
}

/** The live framework removes the files that hold secrets as soon as it has deployed, unless the contract says no. */
export function shredsSecrets(given: Mapping): boolean {
  const secrets = asMapping(given.secrets);
  const hasFiles = asList(secrets.items).some((item) => asText(asMapping(item).type) === 'file');
  return hasFiles && secrets.shred_after_apply !== false;
}
