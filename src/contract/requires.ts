import { asList, asMapping, asText } from '../source/access.js';
import type { Findings } from '../source/findings.js';
import { isMapping, type Mapping } from '../source/yaml-values.js';

/** Keys under which live contracts name a service, in a list of mappings. */
const ID_KEYS = ['name', 'service', 'service_id', 'id'] as const;

/** Ids of `requires`: a list of texts or of mappings. */
export function readRequires(findings: Findings, { requires }: Mapping): string[] {
  return asList(requires).flatMap((item, index) => {
    const id =
      asText(item) ?? ID_KEYS.map((key) => asText(asMapping(item)[key])).find((text) => text !== null);
    if (id === undefined && isMapping(item)) {
      const message = 'this does not say which service is needed';
      findings.warning('STW119', ['requires', index], message, { hint: 'add its id as `name`' });
    }
    return id === undefined || id === '' ? [] : [id];
  });
}
