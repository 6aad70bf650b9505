import { describe, expect, test } from '@jest/globals';
import { placeAlone, unionNear } from '../../../src/plan/place-alone.js';
import { firstCollision } from '../../../src/schedule/collisions.js';
import { minuteCapacity, placeOffsets, weightOf } from '../../../src/schedule/placement.js';
import { offsetsNear } from '../../../src/schedule/start-windows.js';

describe('how a size counts', () => {
  test.each([
    [null, 1],
    [0, 1],
    [10, 1],
    [10.1, 2],
    [100, 2],
    [100.1, 3],
    [1000, 3],
    [1000.1, 4],
    [1e6, 4],
  ])('%s GB as %d', (gigabytes, weight) => {
    expect(weightOf(gigabytes)).toBe(weight);
  });
});

describe('what a minute holds', () => {
  // The first minute of the day has no threshold to add, the last but few nearly one.
  test.each([
    [0, 0, 1],
    [0.5, 0, 1],
    [0.99, 0, 1],
    [1, 0, 2],
    [1.5, 0, 2],
    [1.99, 0, 2],
    [2, 0, 3],
    [10, 0, 19],
    [0.4, 1, 1],
    [0.7, 1, 2],
    [2, 1, 3],
    [2.2, 1, 4],
  ])('%d jobs of an even spread, minute %d: %d', (ideal, minute, capacity) => {
    expect(minuteCapacity(ideal, minute)).toBe(capacity);
  });

  test.each([
    [8, 6, true],
    [8, 7, false],
    [90, 67, true],
    [90, 68, false],
  ])('of %d minutes maintenance needs %d: kept free while a quarter is left: %p', (room, needed, kept) => {
    const avoid = new Set(Array.from({ length: needed }, (_, minute) => minute));
    const jobs = Array.from({ length: 40 }, (_, index) => ({
      ...{ key: [`s${index}`], weight: 1, pools: ['repository main'] },
      window: { starts: [0], room, avoid },
    }));
    expect(placeOffsets(jobs).every((offset) => offset >= needed)).toBe(kept);
  });
});

describe('near is less than the margin', () => {
  const range = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const near = (run: number, room: number, other: { at: number; room: number }, margin: number) =>
    [...offsetsNear({ runs: [run], room }, { runs: [other.at], room: other.room }, margin)].sort(
      (a, b) => a - b,
    );

  test('on both sides of a job that cannot move', () => {
    expect(near(100, 60, { at: 130, room: 1 }, 10)).toEqual(range(21, 39));
    expect(near(100, 60, { at: 130, room: 1 }, 1)).toEqual([30]);
    expect(near(100, 60, { at: 130, room: 9 }, 0)).toEqual([]);
  });

  test('and of one that may start anywhere in its own room', () => {
    expect(near(100, 60, { at: 120, room: 11 }, 5)).toEqual(range(16, 34));
  });

  test('at the first and the last offset', () => {
    expect(near(100, 10, { at: 118, room: 1 }, 10)).toEqual([9]);
    expect(near(100, 10, { at: 119, room: 1 }, 10)).toEqual([]);
    expect(near(100, 10, { at: 91, room: 1 }, 10)).toEqual([0]);
    expect(near(100, 10, { at: 90, room: 1 }, 10)).toEqual([]);
  });

  test('for several, what any of them needs', () => {
    const others = [
      { runs: [100], room: 1 },
      { runs: [110], room: 1 },
    ];
    const found = unionNear({ runs: [95], room: 30 }, others, 3);
    expect([...found].sort((a, b) => a - b)).toEqual([...range(3, 7), ...range(13, 17)]);
  });

  test('two runs collide when they are closer, and not when they are as far apart', () => {
    expect(firstCollision([100], [109], 10)).toEqual([100, 109]);
    expect(firstCollision([100], [110], 10)).toBeNull();
    expect(firstCollision([100], [91], 10)).toEqual([100, 91]);
    expect(firstCollision([100], [90], 10)).toBeNull();
  });

  test('a job that needs a repository alone takes the first minute clear of what cannot move', () => {
    const settled = { margin: 10, settled: [{ runs: [105], room: 1 }], flexible: [] };
    expect(placeAlone({ runs: [100], room: 60 }, [settled])).toBe(15);
    // And of two, one that leaves the backups that can move where they are.
    const both = { ...settled, flexible: [{ runs: [118], room: 5 }] };
    expect(placeAlone({ runs: [100], room: 60 }, [both])).toBe(32);
  });

  test('with no room for that it stays at the beginning, and so does one without a spread', () => {
    const settled = { margin: 30, settled: [{ runs: [110], room: 1 }], flexible: [] };
    expect(placeAlone({ runs: [100], room: 20 }, [settled])).toBe(0);
    expect(placeAlone({ runs: [100], room: 1 }, [settled])).toBe(0);
  });
});
