import { hasErrors, type Diagnostic } from '../diagnostics/diagnostic.js';
import type { Contract } from '../model/contract.js';
import type { Unread } from '../model/unread.js';
import { append } from '../source/append.js';
import type { WrittenDocument } from '../source/document.js';
import { parseYaml } from '../source/parse.js';
import type { InputFile } from '../source/read.js';
import { differingKeys } from './differing.js';
import { readContract, readId } from './read.js';
import { idOf, unreadOf } from './unread.js';
import { Consulted, type ValuesLookup } from './values.js';

/** Values that hold in some place of a service. */
export interface PlaceValues {
  /** As in the variants of a contract. */
  readonly key: string;
  /** For messages: `host \`web1\``. */
  readonly where: string;
  readonly values: ValuesLookup;
}

/** Where a service is. */
export interface Places {
  /** Whether it has to be known without values of a place's own: somewhere there are none, or it is nowhere. */
  readonly plain: boolean;
  readonly own: readonly PlaceValues[];
}

/** Tells the places of a service by its id. */
export type PlacesOf = (id: string) => Places;

const NOWHERE: PlacesOf = () => ({ plain: true, own: [] });

export interface LoadedContracts {
  readonly contracts: Contract[];
  readonly diagnostics: Diagnostic[];
  readonly unread: Unread;
  /** The names that contracts asked the values for. */
  readonly asked: ReadonlySet<string>;
}

/**
 * Reads service contracts, one for each YAML document. Every mistake of every document is reported; `contracts`
 * holds those without errors, in the order of the files, and `unread` what the others are called.
 *
 * @param values what holds everywhere
 * @param placesOf what holds in single places beside it
 */
export function loadContracts(
  inputs: readonly InputFile[],
  values: ValuesLookup,
  placesOf: PlacesOf = NOWHERE,
): LoadedContracts {
  const contracts: Contract[] = [];
  const diagnostics: Diagnostic[] = [];
  const unread: (string | null)[] = [];
  const asked = new Set<string>();
  for (const input of inputs) {
    const parsed = parseYaml(input);
    append(diagnostics, parsed.diagnostics);
    if (hasErrors(parsed.diagnostics)) unread.push(null);
    for (const document of parsed.documents) {
      const readings = readPlaces(document, values, placesOf);
      for (const { consulted } of readings) for (const name of consulted.asked()) asked.add(name);
      const { contract, diagnostics: found } = combine(readings);
      append(diagnostics, found);
      if (contract === null) unread.push(idOf(document.value));
      else contracts.push(contract);
    }
  }
  return { contracts, diagnostics, unread: unreadOf(unread), asked };
}

/** A contract as some places have it. */
interface Reading {
  readonly consulted: Consulted;
  readonly contract: Contract | null;
  readonly diagnostics: readonly Diagnostic[];
  /** The keys of these places, `''` among them where it is read without values of a place's own. */
  readonly keys: string[];
  readonly wheres: string[];
}

/** Reads a contract as often as its places differ in what it asks for. The first reading is the service's own. */
function readPlaces(document: WrittenDocument, values: ValuesLookup, placesOf: PlacesOf): Reading[] {
  const { plain, own } = placesOf(readId(document, values));
  const everywhere = plain || own.length === 0 ? [{ key: '', where: 'other places', values }] : [];
  const readings: Reading[] = [];
  for (const place of [...everywhere, ...own]) {
    const known = readings.find(({ consulted }) => consulted.isAnsweredAlike(place.values));
    if (known !== undefined) {
      known.keys.push(place.key);
      known.wheres.push(place.where);
      continue;
    }
    const consulted = new Consulted(place.values);
    const read = readContract(document, consulted);
    readings.push({ consulted, ...read, keys: [place.key], wheres: [place.where] });
  }
  return readings;
}

function combine(readings: readonly Reading[]): { contract: Contract | null; diagnostics: Diagnostic[] } {
  const [first, ...others] = readings;
  const diagnostics = toldOnce(readings);
  if (first?.contract == null || hasErrors(diagnostics)) return { contract: null, diagnostics };
  if (others.length === 0) return { contract: first.contract, diagnostics };
  const variants = new Map<string, Contract>();
  for (const { contract, keys, wheres } of others) {
    if (contract === null) continue;
    append(diagnostics, differingKeys(first.contract, contract, wheres[0] ?? ''));
    for (const key of keys) variants.set(key, contract);
  }
  return { contract: hasErrors(diagnostics) ? null : { ...first.contract, variants }, diagnostics };
}

/** What is wrong everywhere once, and what is wrong only somewhere with where that is. */
function toldOnce(readings: readonly Reading[]): Diagnostic[] {
  const found = new Map<string, { diagnostic: Diagnostic; wheres: string[]; count: number }>();
  for (const { diagnostics, wheres } of readings) {
    for (const diagnostic of diagnostics) {
      const key = JSON.stringify(diagnostic);
      const entry = found.get(key) ?? { diagnostic, wheres: [], count: 0 };
      entry.wheres.push(...wheres);
      entry.count += 1;
      found.set(key, entry);
    }
  }
  return [...found.values()].map(({ diagnostic, wheres, count }) =>
    count >= readings.length
      ? diagnostic
      : { ...diagnostic, message: `${diagnostic.message} (${somePlaces(wheres)})` },
  );
}

/** More places than these are counted instead of named. */
const NAMED = 3;

function somePlaces(wheres: readonly string[]): string {
  const rest = wheres.length - NAMED;
  return `${wheres.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
