import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { chosen, readArguments } from '../../mutation/choose.mjs';
import { MUTANTS, type Mutant } from '../../mutation/mutants.mjs';

describe('the list of mutants', () => {
  const texts = new Map<string, string>();
  const read = (file: string): string => {
    const text = texts.get(file) ?? (existsSync(file) ? readFileSync(file, 'utf8') : '');
    texts.set(file, text);
    return text;
  };

  test('names texts that stand in their files, once, and that it changes', () => {
    const stale = MUTANTS.filter(
      ({ file, text, instead }) => read(file).split(text).length !== 2 || text === instead,
    );
    expect(stale.map(({ file, what }) => `${file}: ${what}`)).toEqual([]);
  });

  test('names tests that are there, and none that only compares bytes', () => {
    const files = [...new Set(MUTANTS.flatMap(({ tests }) => tests))];
    expect(files.filter((file) => !existsSync(file) || file.startsWith('test/golden/'))).toEqual([]);
  });
});

describe('the mutants that are played', () => {
  const mutant = (file: string, ...tests: string[]): Mutant => ({
    ...{ file, tests, what: 'x', text: 'a', instead: 'b' },
  });
  const list = Array.from({ length: 20 }, (_, index) =>
    mutant(`src/${index}.ts`, `test/unit/${index}.test.ts`),
  );
  const git =
    (changed: readonly string[], others: readonly string[] = [], known = 0) =>
    (...[verb]: readonly string[]) => ({
      status: verb === 'rev-parse' ? known : 0,
      stdout: (verb === 'diff' ? changed : others).map((line) => `${line}\n`).join(''),
    });
  const files = (words: readonly string[], answers = git([])) =>
    chosen(list, readArguments(words), answers).mutants.map(({ file }) => file);

  test('are all of them, or those of files', () => {
    expect(files([])).toHaveLength(20);
    expect(files(['src/3.ts', './src/5.ts'])).toEqual(['src/3.ts', 'src/5.ts']);
    expect(() => files(['src/none.ts'])).toThrow('no mutant is of src/none.ts');
  });

  test('are those of files that differ from a commit, and those whose tests do', () => {
    const changed = git(['src/3.ts', 'README.md', 'test/unit/7.test.ts'], ['src/9.ts']);
    expect(files(['--changed', 'main'], changed)).toEqual(['src/3.ts', 'src/7.ts', 'src/9.ts']);
    expect(files(['--changed', 'main'], git(['README.md']))).toEqual([]);
  });

  test('are taken from each file in turn, because time may run out', () => {
    const two = [...list.slice(0, 3), ...list.slice(0, 2)].sort((a, b) => (a.file < b.file ? -1 : 1));
    const changed = git(list.map(({ file }) => file));
    const played = chosen(two, readArguments(['--changed', 'main']), changed).mutants;
    expect(played.map(({ file }) => file)).toEqual([
      ...['src/0.ts', 'src/1.ts', 'src/2.ts'],
      ...['src/0.ts', 'src/1.ts'],
    ]);
  });

  test('are a sample where there is no such commit', () => {
    expect(files(['--changed', 'HEAD^'], git([], [], 128))).toEqual(['src/0.ts', 'src/8.ts', 'src/16.ts']);
  });

  test('are limited in time only when somebody says so', () => {
    expect(readArguments(['--minutes', '8', '--changed', 'x'])).toEqual({ files: [], ref: 'x', minutes: 8 });
    expect(readArguments([]).minutes).toBe(Infinity);
    expect(() => readArguments(['--all'])).toThrow('unknown option --all');
    expect(() => readArguments(['--minutes', 'x'])).toThrow('a number');
  });
});
