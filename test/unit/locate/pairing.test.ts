import { describe, expect, test } from '@jest/globals';
import type { PersistentVolume, ServiceVolume } from '../../../src/model/contract.js';
import { isAtOrBelow, pairVolume } from '../../../src/locate/pairing.js';

function mounted(...volumes: [name: string, target: string][]): ServiceVolume[] {
  return volumes.map(([name, target]) => ({
    name,
    target,
    host_path: null,
    is_source: false,
    is_file: false,
    source: null,
    external: false,
    size: null,
    pointer: [],
  }));
}

function pair(volume: [name: string, path: string], list: readonly ServiceVolume[]) {
  const persistent: PersistentVolume = { name: volume[0], path: volume[1], pointer: [] };
  const { partner, suffix, misnamed } = pairVolume(persistent, list);
  return [partner?.target ?? null, suffix, misnamed?.target ?? null];
}

describe('pairing', () => {
  test.each<[string, [string, string], [string, string][], unknown[]]>([
    ['equal name', ['data', '/data'], [['data', '/data']], ['/data', '', null]],
    [
      'equal name wins over equal path',
      ['data', '/data/sub'],
      [
        ['other', '/data/sub'],
        ['data', '/data'],
      ],
      ['/data', 'sub', null],
    ],
    ['equal path', ['data', '/data'], [['x', '/data']], ['/data', '', null]],
    [
      'longest target above',
      ['d', '/a/b/c'],
      [
        ['x', '/a'],
        ['y', '/a/b'],
      ],
      ['/a/b', 'c', null],
    ],
    ['whole components only', ['d', '/a/bc'], [['x', '/a/b']], [null, '', null]],
    ['nothing', ['d', '/d'], [['x', '/x']], [null, '', null]],
    [
      'unrelated name, a match by path is trusted',
      ['data', '/data'],
      [
        ['data', '/else'],
        ['x', '/data'],
      ],
      ['/data', '', '/else'],
    ],
    [
      'unrelated name, no match by path: the name',
      ['data', '/data'],
      [['data', '/else']],
      ['/else', '', '/else'],
    ],
    [
      'same name in two Compose services: the one that fits',
      ['d', '/b'],
      [
        ['d', '/a'],
        ['d', '/b'],
      ],
      ['/b', '', null],
    ],
    ['root target', ['d', '/a/b'], [['x', '/']], ['/', 'a/b', null]],
  ])('%s', (_, volume, list, expected) => {
    expect(pair(volume, mounted(...list))).toEqual(expected);
  });
});

test('a folder is not below one whose name it merely starts with', () => {
  expect(isAtOrBelow('/srv/media2', '/srv/media')).toBe(false);
  expect(isAtOrBelow('/srv/media/a', '/srv/media')).toBe(true);
});
