import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  minuteCapacity,
  placeOffsets,
  weightOf,
  type Placeable,
  type StartWindow,
} from '../../../src/schedule/placement.js';

const ROOM = 90;
const NIGHT: StartWindow = { starts: [150], room: ROOM, avoid: new Set() };

function job(id: string, host: string, window = NIGHT, weight = 1): Placeable {
  const schedule = `${window.starts.join(' ')} ${window.room}`;
  const pools = ['repository main', `host ${host}`];
  return {
    key: [id, 'docker', host],
    window,
    weight,
    pools: pools.flatMap((pool) => [pool, `${pool} ${schedule}`]),
  };
}

function fleet(count: number, hosts = 20): Placeable[] {
  return Array.from({ length: count }, (_, index) => job(`service-${index}`, `host-${index % hosts}`));
}

/** The most that starts in one minute of the day, in jobs or in weight. */
function busiest(jobs: readonly Placeable[], pool: string, amount: (job: Placeable) => number = () => 1) {
  const loads = new Map<number, number>();
  const offsets = placeOffsets(jobs);
  for (const [index, each] of jobs.entries()) {
    if (!each.pools.includes(pool)) continue;
    for (const start of each.window.starts) {
      const minute = (start + (offsets[index] ?? 0)) % 1440;
      loads.set(minute, (loads.get(minute) ?? 0) + amount(each));
    }
  }
  return Math.max(...loads.values());
}

/** How many of `jobs` get another offset when one more comes. */
function moved(jobs: readonly Placeable[], newcomer: Placeable): number {
  const before = placeOffsets(jobs);
  const after = placeOffsets([...jobs, newcomer]);
  return before.filter((offset, index) => offset !== after[index]).length;
}

/** Twice an even spread, where less than one job a minute counts as one. */
function twice(count: number, room = ROOM): number {
  return Math.max(2, Math.floor((2 * count) / room));
}

describe('level', () => {
  test.each([2, 10, 46, 61, 89, 91, 100, 121, 135, 180, 181, 1000, 2000, 10_000])(
    '%d services: no minute holds more than twice the ideal',
    (count) => {
      expect(busiest(fleet(count), 'repository main')).toBeLessThanOrEqual(twice(count));
    },
  );

  test('on each host too', () => {
    const jobs = fleet(1000);
    for (let host = 0; host < 20; host += 7) {
      expect(busiest(jobs, `host host-${host}`)).toBeLessThanOrEqual(twice(50));
    }
  });

  test('large services are not piled up, nor are small ones in their place', () => {
    const jobs = fleet(300, 1000).map((each, index) => ({
      ...each,
      weight: weightOf(index % 10 === 0 ? 500 : 5),
    }));
    const total = jobs.reduce((sum, each) => sum + each.weight, 0);
    expect(busiest(jobs, 'repository main', ({ weight }) => weight)).toBeLessThanOrEqual(twice(total));
    expect(busiest(jobs, 'repository main')).toBeLessThanOrEqual(twice(300));
  });

  test('forty schedules that overlap are level together, with a few services each', () => {
    // Each alone has less than one service a minute, and would be level with all of them in one.
    const jobs = Array.from({ length: 80 }, (_, index) => {
      const window = { starts: [150 + (index % 40)], room: ROOM - (index % 40), avoid: new Set<number>() };
      return job(`service-${index}`, `host-${index % 5}`, window);
    });
    expect(busiest(jobs, 'repository main')).toBeLessThanOrEqual(2 * 2);
  });

  test('hourly services stay out of the minutes that the nightly ones fill', () => {
    const hourly = {
      starts: Array.from({ length: 24 }, (_, hour) => hour * 60),
      room: 60,
      avoid: new Set<number>(),
    };
    const jobs = [
      ...fleet(90),
      ...Array.from({ length: 30 }, (_, index) => job(`hourly-${index}`, 'h', hourly)),
    ];
    expect(busiest(jobs, 'repository main')).toBeLessThanOrEqual(twice(90 + 45));
  });

  test('a minute never holds more than twice its ideal, and the hold grows by one at a time', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 50, noNaN: true }), fc.nat(1439), (ideal, minute) => {
        const capacity = minuteCapacity(ideal, minute);
        expect(capacity).toBeLessThanOrEqual(ideal < 1 ? 2 : 2 * ideal);
        expect(capacity).toBeGreaterThanOrEqual(ideal);
        expect(minuteCapacity(ideal + 0.1, minute) - capacity).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('stable', () => {
  test('pinned: a change of the hash or of the order would move every backup of every fleet', () => {
    expect(placeOffsets(fleet(12))).toMatchInlineSnapshot(`
     [
       88,
       44,
       37,
       3,
       6,
       63,
       5,
       20,
       14,
       39,
       0,
       35,
     ]
    `);
  });

  test('the order of the input does not matter', () => {
    const jobs = fleet(500).map((each, index) => ({ ...each, weight: 1 + (index % 3) }));
    const backwards = placeOffsets([...jobs].reverse()).reverse();
    expect(placeOffsets(jobs)).toEqual(backwards);
  });

  test.each([10, 53, 89, 135, 200, 1000])('one service more or less in %d moves few or none', (count) => {
    const jobs = fleet(count);
    const others = Array.from({ length: 20 }, (_, index) =>
      moved(jobs, job(`new-${index}`, `host-${index % 20}`)),
    );
    expect(Math.max(...others)).toBeLessThanOrEqual(6);
    expect(others.reduce((sum, each) => sum + each, 0) / 20).toBeLessThanOrEqual(3);
  });

  test('in ten thousand too, and with sizes', () => {
    expect(moved(fleet(10_000), job('new', 'host-1'))).toBeLessThanOrEqual(6);
    const sized = fleet(400).map((each, index) => ({ ...each, weight: 1 + (index % 4) }));
    const others = Array.from({ length: 20 }, (_, index) =>
      moved(sized, job(`new-${index}`, 'host-1', NIGHT, 1 + (index % 4))),
    );
    expect(Math.max(...others)).toBeLessThanOrEqual(12);
  });

  test('a fleet that grows service by service never moves many at once', () => {
    let before: number[] = [];
    for (let count = 1; count <= 150; count += 1) {
      const after = placeOffsets(fleet(count, 5));
      expect(before.filter((offset, index) => offset !== after[index]).length).toBeLessThanOrEqual(8);
      before = after;
    }
  });

  test('a service elsewhere, at another time of the day, moves nobody', () => {
    const noon = { starts: [720], room: ROOM, avoid: new Set<number>() };
    expect(moved(fleet(200), job('new', 'elsewhere', noon))).toBe(0);
  });
});

test('offsets that maintenance needs stay free, unless less than a quarter is left', () => {
  const some = new Set(Array.from({ length: 60 }, (_, minute) => minute));
  const all = new Set(Array.from({ length: ROOM }, (_, minute) => minute));
  const with60 = fleet(50).map((each) => ({ ...each, window: { ...NIGHT, avoid: some } }));
  expect(Math.min(...placeOffsets(with60))).toBeGreaterThanOrEqual(60);
  const withAll = { ...NIGHT, avoid: all };
  expect(placeOffsets(fleet(50).map((each) => ({ ...each, window: withAll })))).toEqual(
    placeOffsets(fleet(50)),
  );
});
