import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { MAX_BYTES, readInput } from '../../../src/source/read.js';

const folder = mkdtempSync(join(tmpdir(), 'stowage-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function read(content: string | Uint8Array): ReturnType<typeof readInput> {
  const path = join(folder, 'file.yml');
  writeFileSync(path, content);
  return readInput(path, 'shown/file.yml');
}

test('a byte order mark is dropped, so that columns count from the first character', () => {
  expect(read('\ufeffa: 1\n').file).toEqual({ file: 'shown/file.yml', text: 'a: 1\n' });
});

test('exactly 1 MiB is read, one byte more is not', () => {
  expect(read('x'.repeat(MAX_BYTES)).file?.text).toHaveLength(MAX_BYTES);
  expect(read('x'.repeat(MAX_BYTES + 1)).diagnostics.map(({ code }) => code)).toEqual(['STW005']);
});

test.each([
  [[0x61, 0xff], 1],
  [[0xc3, 0xa9, 0xc3], 2],
  [[0xef, 0xbb, 0xbf, 0x61, 0x80], 4],
  [[0xff, 0xfe, 0x61, 0x00], 0],
])('bytes %p are not UTF-8 at byte %i', (bytes, offset) => {
  const { file, diagnostics } = read(Uint8Array.from(bytes));
  expect(file).toBeNull();
  expect(diagnostics).toMatchObject([
    {
      code: 'STW004',
      span: { file: 'shown/file.yml', line: 1, column: 1 },
      message: expect.stringContaining(`byte ${offset})`),
    },
  ]);
});

test('white space alone is an empty file', () => {
  expect(read(' \n\t\n').diagnostics.map(({ code }) => code)).toEqual(['STW003']);
});

test('a device is refused, not read', () => {
  expect(readInput('/dev/zero', 'zero').diagnostics.map(({ code }) => code)).toEqual(['STW002']);
});
