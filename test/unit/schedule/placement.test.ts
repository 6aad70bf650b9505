import { describe, expect, test } from '@jest/globals';
import { placeOffsets, weightOf, type Placeable } from '../../../src/schedule/placement.js';

const ROOM = 90;

function fleet(count: number, hosts = 20): Placeable[] {
  return Array.from({ length: count }, (_, index) => ({
    key: [`service-${index}`, 'docker', `host-${index % hosts}`],
    room: ROOM,
    weight: 1,
    pools: ['repository main', `host host-${index % hosts}`],
    avoid: new Set<number>(),
  }));
}

function busiest(jobs: readonly Placeable[], pool: string): number {
  const loads = new Map<number, number>();
  const offsets = placeOffsets(jobs);
  for (const [index, { pools, weight }] of jobs.entries()) {
    const offset = offsets[index] ?? -1;
    if (pools.includes(pool)) loads.set(offset, (loads.get(offset) ?? 0) + weight);
  }
  return Math.max(...loads.values());
}

describe('level', () => {
  test.each([10, 91, 100, 130, 1000, 2000, 10_000])(
    '%d services: no minute holds twice the ideal',
    (count) => {
      expect(busiest(fleet(count), 'repository main')).toBeLessThanOrEqual(2 * Math.ceil(count / ROOM));
    },
  );

  test('on each host too', () => {
    for (let host = 0; host < 20; host += 1) {
      expect(busiest(fleet(1000), `host host-${host}`)).toBeLessThanOrEqual(2 * Math.ceil(50 / ROOM));
    }
  });

  test('large services are not piled up', () => {
    const jobs = fleet(300, 1000).map((job, index) => ({
      ...job,
      weight: weightOf(index % 10 === 0 ? 500 : 5),
    }));
    const total = jobs.reduce((sum, job) => sum + job.weight, 0);
    expect(busiest(jobs, 'repository main')).toBeLessThanOrEqual(2 * Math.ceil(total / ROOM));
  });
});

describe('stable', () => {
  test('the order of the input does not matter', () => {
    const jobs = fleet(500);
    const backwards = placeOffsets([...jobs].reverse()).reverse();
    expect(placeOffsets(jobs)).toEqual(backwards);
  });

  test.each([10, 100, 1000])('one service more or less in %d moves few or none', (count) => {
    const before = fleet(count);
    const offsets = placeOffsets(before);
    const moved = Array.from({ length: 40 }, (_, index) => {
      const newcomer = { ...before[0], key: [`new-${index}`, 'docker', 'host-0'] } as Placeable;
      return placeOffsets([...before, newcomer])
        .slice(0, count)
        .filter((offset, at) => offset !== offsets[at]).length;
    });
    expect(Math.max(...moved)).toBeLessThanOrEqual(4);
    expect(moved.filter((others) => others === 0).length).toBeGreaterThanOrEqual(30);
  });
});

test('offsets that maintenance needs stay free, unless less than a quarter is left', () => {
  const avoid = new Set(Array.from({ length: 60 }, (_, minute) => minute));
  expect(Math.min(...placeOffsets(fleet(50).map((job) => ({ ...job, avoid }))))).toBeGreaterThanOrEqual(60);
  const all = new Set(Array.from({ length: ROOM }, (_, minute) => minute));
  expect(placeOffsets(fleet(50).map((job) => ({ ...job, avoid: all })))).toEqual(placeOffsets(fleet(50)));
});
