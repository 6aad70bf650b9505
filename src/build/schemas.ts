import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINES } from '../dumps/registry.js';
import { TIMED_KINDS } from '../jobs/registry.js';
import { LOCATION_KINDS, RUNTIMES, RUNTIME_LIST, runtimeOf } from '../runtimes/registry.js';
import type { SettingsSchema } from '../runtimes/runtime.js';

/** A schema, or a part of one. */
type Json = Record<string, unknown>;

const NAMES = ['contract', 'policy', 'plan', 'plan-1'] as const;
export type SchemaName = (typeof NAMES)[number];

/**
 * The schemas under `schemas/` (of the working directory, the project's root) with what the registry of runtimes adds to
 * them; also written to `<folder>/schemas/`, from where they are published. Their sources have gaps in these places.
 */
export function completeSchemas(folder: string): Record<SchemaName, string> {
  const texts = Object.fromEntries(
    NAMES.map((name) => {
      const schema = JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8')) as Json;
      FILL[name](schema);
      return [name, `${printed(schema, '', 0)}\n`];
    }),
  ) as Record<SchemaName, string>;
  mkdirSync(join(folder, 'schemas'), { recursive: true });
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(folder, 'schemas', `${name}.schema.json`), text);
  }
  return texts;
}

const FILL: Readonly<Record<SchemaName, (schema: Json) => void>> = {
  contract(schema) {
    fill(schema, ['properties', 'runtime_templates', 'properties'], templates());
    for (const { name, readContract } of RUNTIME_LIST) {
      const keys = ownKeys(name, ['contract', 'backup'], readContract !== undefined);
      fillKeys(schema, ['properties'], keys.contract);
      fillKeys(schema, ['properties', 'backup', 'properties'], keys.backup);
    }
    fillAfter(schema, ['$defs', 'volume_settings', 'properties'], 'max_shrink', volumeKeys());
    fill(schema, ['$defs', 'volume_settings', 'properties', 'runtimes', 'properties'], volumeRuntimes());
    fill(schema, ['$defs', 'runtime_volume_settings', 'properties', 'location'], locationWords());
    at(schema, ['$defs', 'dump', 'properties', 'engine']).enum = ENGINES;
  },
  policy(schema) {
    const runtime = at(schema, ['$defs', 'deployment', 'properties', 'runtime']);
    runtime.description = `What runs these services: ${listed(RUNTIMES.map(described))}.`;
    runtime.enum = RUNTIMES;
    for (const { name, readSettings, settingsSchema, deployment_key } of RUNTIME_LIST) {
      const { settings, defaults } = ownKeys(name, ['settings', 'defaults'], readSettings !== null);
      if (settings !== undefined) {
        fill(schema, ['properties', 'runtimes', 'properties'], {
          [name]: settingsSchema?.(settings) ?? settings,
        });
      }
      fillKeys(schema, ['properties', 'defaults', 'properties'], defaults);
      const { deployment } = ownKeys(name, ['deployment'], deployment_key !== undefined);
      fillKeys(schema, ['$defs', 'deployment', 'properties'], deployment);
    }
    fillAfter(schema, ['$defs', 'repository', 'properties'], 'maintenance', timesOfKinds());
  },
  plan(schema) {
    at(schema, ['$defs', 'placement', 'properties', 'runtime']).enum = RUNTIMES;
    for (const { name, ownFacts } of RUNTIME_LIST) {
      const { placement } = ownKeys(name, ['placement'], ownFacts !== undefined);
      fillKeys(schema, ['$defs', 'placement', 'properties'], placement);
    }
    at(schema, ['$defs', 'volume', 'properties', 'kind']).enum = LOCATION_KINDS;
    at(schema, ['$defs', 'dump', 'properties', 'engine']).enum = ENGINES;
  },
  // What was written once does not change.
  'plan-1': () => undefined,
};

/** `repositories.<name>.<kind>` */
function timesOfKinds(): Json {
  return Object.fromEntries(
    TIMED_KINDS.map(({ name }) => [
      name,
      JSON.parse(readFileSync(`src/jobs/${name}/time.schema.json`, 'utf8')) as Json,
    ]),
  );
}

/** Keys of `backup.volumes.<name>`. */
function volumeKeys(): Json {
  const keys = RUNTIMES.flatMap((name) => runtimeOf(name).volume_key ?? []);
  return Object.fromEntries(
    keys.map(({ key, description, example }) => [
      key,
      { description, type: ['string', 'null'], examples: [example] },
    ]),
  );
}

/** Keys of `backup.volumes.<name>.runtimes`. */
function volumeRuntimes(): Json {
  return Object.fromEntries(
    RUNTIMES.map((name) => [
      name,
      { description: `The volume on ${name}.`, $ref: '#/$defs/runtime_volume_settings' },
    ]),
  );
}

/** The words of each runtime that has any; reading checks them, because they differ. */
function locationWords(): Json {
  const known = RUNTIME_LIST.filter(({ locations = [] }) => locations.length > 0);
  const words = known.map(({ name, locations = [] }) => {
    const quoted = locations.map((word) => `\`${word}\``);
    return `${quoted.join(' or ')} on ${name}`;
  });
  return {
    description: `Where the volume lies there, the first being the usual place: ${words.join('; ')}.`,
    examples: [...new Set(known.flatMap(({ locations = [] }) => locations.slice(-1)))],
  };
}

function templates(): Json {
  return Object.fromEntries(
    RUNTIMES.map((name) => [
      name,
      {
        title: name,
        description: `Template for ${name}; not read.`,
        examples: [`templates/${name}.yml.j2`],
      },
    ]),
  );
}

/** `docker` (Compose) */
function described(name: string): string {
  const { services } = runtimeOf(name);
  return services === null ? `\`${name}\`` : `\`${name}\` (${services})`;
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

/** The part of a schema at a path; a source without it is a bug. */
function at(schema: Json, path: readonly string[]): Json {
  return path.reduce<Json>((part, key) => {
    const next = part[key];
    if (typeof next !== 'object' || next === null) throw new Error(`no schema has ${path.join('/')}`);
    return next as Json;
  }, schema);
}

function fill(schema: Json, path: readonly string[], content: Json): void {
  Object.assign(at(schema, path), content);
}

/** Keys that only one runtime has, and beside which of all the others people look for them. */
type OwnKeys = SettingsSchema & { readonly after?: string; readonly before?: string };

/** What a runtime's folder says of its keys in each of these places; something where a function reads or writes them. */
function ownKeys<Place extends string>(
  runtime: string,
  places: readonly Place[],
  isRead: boolean,
): Partial<Record<Place, OwnKeys>> {
  const files = places.map((place) => [place, `src/runtimes/${runtime}/${place}.schema.json`] as const);
  const found = files.filter(([, file]) => existsSync(file));
  if (found.length > 0 !== isRead) {
    throw new Error(`${files.map(([, file]) => file).join(' or ')} and its function: one is missing`);
  }
  return Object.fromEntries(
    found.map(([place, file]) => [place, JSON.parse(readFileSync(file, 'utf8')) as OwnKeys]),
  ) as Partial<Record<Place, OwnKeys>>;
}

function fillKeys(schema: Json, path: readonly string[], own: OwnKeys | undefined): void {
  if (own === undefined) return;
  const { after, before, properties } = own;
  const keys = Object.keys(at(schema, path));
  fillAfter(schema, path, after ?? keys[keys.indexOf(before ?? '') - 1] ?? '', { ...properties });
}

/** Where people look for it: after one of the keys that are there. */
function fillAfter(schema: Json, path: readonly string[], key: string, content: Json): void {
  const part = at(schema, path);
  if (!(key in part)) throw new Error(`no schema has ${[...path, key].join('/')}`);
  const later = Object.entries(part).slice(Object.keys(part).indexOf(key) + 1);
  for (const [name] of later) Reflect.deleteProperty(part, name);
  Object.assign(part, content, Object.fromEntries(later));
}

const WIDTH = 110;

/** As prettier writes JSON: an object has a line for each key, a list has one line where it fits. */
function printed(value: unknown, indent: string, column: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const short = onOneLine(value);
    if (short !== null && column + short.length <= WIDTH) return short;
    const items = value.map((item) => `${deeper}${printed(item, deeper, deeper.length)}`);
    return `[\n${items.join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).map(([key, item]) => {
    const start = `${deeper}${JSON.stringify(key)}: `;
    return `${start}${printed(item, deeper, start.length)}`;
  });
  return entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n${indent}}`;
}

/** Null for a list that holds objects. */
function onOneLine(list: readonly unknown[]): string | null {
  const items = list.map((item) =>
    Array.isArray(item)
      ? onOneLine(item)
      : typeof item === 'object' && item !== null
        ? null
        : JSON.stringify(item),
  );
  return items.includes(null) ? null : `[${items.join(', ')}]`;
}
