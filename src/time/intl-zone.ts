import type { Zone, Zones } from '../schedule/zone.js';

const known = new Map<string, Zone>();

/**
 * Zones from the time zone data of the JavaScript engine. Answers depend on the arguments and on that data only,
 * never on the clock or the machine's own zone. Throws for a name that is no time zone.
 */
export const intlZones: Zones = (name) => {
  const found = known.get(name);
  if (found !== undefined) return found;
  const zone = name === 'UTC' ? { name, offsetAt: () => 0 } : intlZone(name);
  known.set(name, zone);
  return zone;
};

function intlZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const offsets = new Map<number, number>();
  const read = (minutes: number): number => {
    const fields: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(minutes * 60_000)) fields[type] = Number(value);
    const { year = 1970, month = 1, day = 1, hour = 0, minute = 0 } = fields;
    return Date.UTC(year, month - 1, day, hour, minute) / 60_000 - minutes;
  };
  return {
    name,
    offsetAt(minutes) {
      const cached = offsets.get(minutes);
      if (cached !== undefined) return cached;
      const offset = read(minutes);
      if (offsets.size < 20_000) offsets.set(minutes, offset);
      return offset;
    },
  };
}
