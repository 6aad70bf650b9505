import type { ContainerHint, DatabaseHints, Environment } from '../model/contract.js';
import { asList, asMapping, asText, childrenOf, nonEmpty, scalarText } from '../source/access.js';
import type { WrittenDocument } from '../source/document.js';
import { isMapping, type Mapping } from '../source/yaml-values.js';
import { overlay } from './overlay.js';
import { resolveQuietly } from './references.js';
import type { ValuesLookup } from './values.js';

/** Keys of a contract that are read for nothing else. */
const KEYS = {
  properties: {
    ...{ service_image: {}, service_command: {}, service_env: {} },
    ...{ services: {}, storage: {}, secrets: {} },
  },
};

/** Words that variables have which tell of a database. */
const TELLING = /DB|DATABASE|POSTGRES|PG|MYSQL|MARIADB|SQL/i;
/** The file that a command gives to SQLite's own program. */
export const PATH_IN_COMMAND = /sqlite3\s+(?:-\S+\s+)*["']?(\/[^\s"']+)/;

/** What a value stands for; null for what nobody knows. */
type Known = (value: unknown) => unknown;

/**
 * What tells which databases a service runs. An expression that cannot be followed is no mistake here: what it would say is
 * not known.
 */
export function readDatabaseHints(own: WrittenDocument, values: ValuesLookup): DatabaseHints {
  const document = overlay(own, KEYS, values);
  const known: Known = (value) => resolveQuietly(document, value, values);
  const contract = asMapping(document.value);
  const services = asList(known(contract.services)).map((service) => asMapping(known(service)));
  const secrets = asList(known(asMapping(known(contract.secrets)).items)).flatMap((item) => {
    const { type, name } = asMapping(item);
    return type === 'env' ? (asText(known(name)) ?? []) : [];
  });
  return {
    containers: [
      ...workload(contract, known),
      ...services.map((service, number) => ({
        ...{ number, name: nonEmpty(known(service.name)), image: nonEmpty(known(service.image)) },
        command: [...wordsOf(service.entrypoint, known), ...wordsOf(service.command, known)],
        environment: environmentOf(service.environment ?? service.env, known),
      })),
    ],
    environment: new Map([
      ...environmentOf(contract.service_env, known),
      ...secrets.filter((name) => TELLING.test(name)).map((name) => [name, null] as const),
    ]),
    storage: new Map(
      asList(known(contract.storage)).flatMap((item) => storageOf(asMapping(known(item)), known)),
    ),
  };
}

/** The workload that a contract describes without `services[]`, or beside them. */
function workload(contract: Mapping, known: Known): ContainerHint[] {
  const image = nonEmpty(known(contract.service_image));
  if (image === null && asList(known(contract.services)).length > 0) return [];
  const command = wordsOf(contract.service_command, known);
  return [{ number: null, name: null, image, command, environment: new Map() }];
}

function wordsOf(given: unknown, known: Known): string[] {
  const value = known(given);
  const texts = Array.isArray(value) ? value.map(known) : [value];
  return texts.flatMap(
    (text) =>
      scalarText(text)
        ?.split(/\s+/)
        .filter((word) => word !== '') ?? [],
  );
}

/** A mapping, a list of `NAME=value`, or a list of mappings with `name` and `value`. */
function environmentOf(given: unknown, known: Known): Environment {
  const pairs = childrenOf(known(given)).flatMap(([step, child]): [string, unknown][] => {
    if (typeof step === 'string') return [[step, child]];
    const entry = known(child);
    if (isMapping(entry)) return [[asText(known(entry.name)) ?? '', entry.value]];
    const [, name = '', value] = /^([^=]*)=?(.*)$/s.exec(asText(entry) ?? '') ?? [];
    return [[name, value]];
  });
  return new Map(
    pairs.filter(([name]) => TELLING.test(name)).map(([name, value]) => [name, scalarText(known(value))]),
  );
}

function storageOf(item: Mapping, known: Known) {
  const word = nonEmpty(known(item.engine)) ?? nonEmpty(known(item.kind)) ?? nonEmpty(known(item.type));
  const { hooks } = asMapping(known(asMapping(known(item.backup)).hooks === undefined ? {} : item.backup));
  const [, file = null] = PATH_IN_COMMAND.exec(textsIn(hooks).join('\n')) ?? [];
  const hint = { word: word?.toLowerCase() ?? null, file };
  return [known(item.name), known(item.path)].flatMap((key) => {
    const name = nonEmpty(key);
    return name === null ? [] : [[name, hint] as const];
  });
}

/** Every text in a value. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return childrenOf(value).flatMap(([, child]) => textsIn(child));
}
