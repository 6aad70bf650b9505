/** The rules of one time zone, handed in from outside because they are data of the platform. */
export interface Zone {
  readonly name: string;
  /** Minutes to add to UTC at an instant, which counts minutes from 1970. */
  offsetAt(minutes: number): number;
}

/** Gives the zone of an IANA name that loading has accepted. */
export type Zones = (name: string) => Zone;

/** A change of the clocks: `at` is the first minute (UTC, from 1970) with the new offset. */
export interface Transition {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** No zone changes its clocks twice within so short a time. */
const STEP = 7 * 1440;

/** The changes of the clocks after `from` and up to `to`, found by bisection. */
export function transitionsBetween(zone: Zone, from: number, to: number): Transition[] {
  const found: Transition[] = [];
  let [low, before] = [from, zone.offsetAt(from)];
  while (low < to) {
    const high = Math.min(low + STEP, to);
    const after = zone.offsetAt(high);
    if (after !== before) found.push({ at: bisect(zone, low, high, before), before, after });
    [low, before] = [high, after];
  }
  return found;
}

/**
 * The same zone with the offsets of a span of time looked up once, for work that asks about many instants in it.
 * Outside the span it asks the zone itself.
 */
export function tabulated(zone: Zone, from: number, to: number): Zone {
  const changes = transitionsBetween(zone, from, to);
  const first = zone.offsetAt(from);
  return {
    name: zone.name,
    offsetAt(minutes) {
      if (minutes < from || minutes > to) return zone.offsetAt(minutes);
      let [low, high] = [0, changes.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((changes[middle]?.at ?? 0) <= minutes) low = middle + 1;
        else high = middle;
      }
      return changes[low - 1]?.after ?? first;
    },
  };
}

function bisect(zone: Zone, start: number, end: number, before: number): number {
  let [low, high] = [start, end];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone.offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}
