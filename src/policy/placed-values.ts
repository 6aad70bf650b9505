import type { Inventory } from '../contract/inventory.js';
import type { PlacesOf, PlaceValues } from '../contract/load.js';
import { stackOf, type Layer, type ValuesLookup } from '../contract/values.js';
import { valuesKey, type Deployment, type Policy } from '../model/policy.js';
import { isGlob, wholeId } from './match-services.js';

/** Which files hold values, each list in the order in which they win. */
export interface ValueFiles {
  readonly everywhere: readonly string[];
  /** By the pattern of a deployment that names them. */
  readonly byPattern: ReadonlyMap<string, readonly string[]>;
}

/** Everything that values come from. */
export interface ValueSources {
  readonly files: ValueFiles;
  /** By file. */
  readonly layers: ReadonlyMap<string, Layer>;
  readonly inventory: Inventory | null;
}

/**
 * What holds everywhere, and what holds where a service is: the policy's `values`, over them the inventory's groups and
 * host, over them the deployment's own. Both lists of files are the policy's word, but only the second is about that place.
 */
export function placedValues(
  { files, layers, inventory }: ValueSources,
  deployments: Policy['deployments'],
): { values: ValuesLookup; placesOf: PlacesOf } {
  const layersOf = (names: readonly string[]) => names.flatMap((name) => layers.get(name) ?? []);
  const everywhere = layersOf(files.everywhere);
  const known = new Map<string, PlaceValues>();
  const valuesOf = (deployment: Deployment): PlaceValues => {
    const key = valuesKey(deployment);
    const { values, inventory_host: host } = deployment;
    const place = known.get(key) ?? {
      key,
      where: host === null ? values.map((name) => `\`${name}\``).join(', ') : `\`${host}\``,
      values: stackOf([
        ...everywhere,
        ...(host === null ? [] : (inventory?.layersOf(host) ?? [])),
        ...layersOf(values.flatMap((pattern) => files.byPattern.get(pattern) ?? [])),
      ]),
    };
    known.set(key, place);
    return place;
  };
  return { values: stackOf(everywhere), placesOf: placesOf(deployments ?? [], valuesOf) };
}

function placesOf(
  deployments: readonly Deployment[],
  valuesOf: (deployment: Deployment) => PlaceValues,
): PlacesOf {
  const named = new Map<string, number[]>();
  const globs: { readonly matches: RegExp; readonly index: number }[] = [];
  for (const [index, { services }] of deployments.entries()) {
    for (const pattern of services) {
      if (isGlob(pattern)) globs.push({ matches: wholeId(pattern), index });
      else named.set(pattern, [...(named.get(pattern) ?? []), index]);
    }
  }
  const isAlike = deployments.every((deployment) => valuesKey(deployment) === '');
  if (isAlike) return () => ({ plain: true, own: [] });
  return (id) => {
    const matching = globs.filter(({ matches }) => matches.test(id)).map(({ index }) => index);
    const indexes = [...new Set([...(named.get(id) ?? []), ...matching])].sort((a, b) => a - b);
    const places = new Map(
      indexes
        .flatMap((index) => deployments[index] ?? [])
        .map((deployment) => valuesOf(deployment))
        .map((place): [string, PlaceValues] => [place.key, place]),
    );
    const own = [...places.values()].filter(({ key }) => key !== '');
    return { plain: places.size !== own.length || own.length === 0, own };
  };
}
