import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { project, put, read, stowage, type Outcome } from './program.js';

export interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly service: string | null;
  readonly volume: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly message: string;
  readonly file: string;
  readonly line: number;
}

export interface Answer {
  readonly verdict: string;
  readonly findings: readonly Finding[];
  readonly files: { readonly added: string[]; readonly changed: string[]; readonly removed: string[] };
}

/** A project that is committed on the branch `main`; a new one for each test. */
export let folder = '';

/** Works in another folder from here on. */
export function enter(other: string): void {
  folder = other;
}

export function git(at: string, ...args: string[]): string {
  const settings = [
    'user.name=t',
    'user.email=t@example.org',
    'init.defaultBranch=main',
    // Examples of hooks, which nobody here reads.
    'init.templateDir=',
  ].flatMap((setting) => ['-c', setting]);
  const env = {
    PATH: process.env.PATH,
    HOME: at,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
  };
  return execFileSync('git', [...settings, ...args], { cwd: at, env, encoding: 'utf8' });
}

export function commit(at: string): void {
  git(at, 'add', '-A');
  git(at, 'commit', '-qm', 'state', '--allow-empty');
}

/** What git makes of the project; made once, because git takes longer than copying what it made. */
const made = mkdtempSync(join(tmpdir(), 'stowage-git-'));

beforeAll(() => {
  const first = project();
  git(first, 'init', '-q');
  commit(first);
  cpSync(join(first, '.git'), made, { recursive: true });
});

afterAll(() => {
  rmSync(made, { recursive: true });
});

beforeEach(() => {
  folder = project();
  cpSync(made, join(folder, '.git'), { recursive: true });
});

/** Replaces a part of a file; the part must be there. */
export function edit(file: string, from: string, to: string): void {
  const text = read(folder, file);
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
  put(folder, file, text.replace(from, to));
}

export function diff(...args: string[]): Outcome {
  return stowage(folder, ['diff', ...args]);
}

export function answer({ out }: Outcome): Answer {
  return JSON.parse(out) as Answer;
}

/** What the working tree means, compared with its last commit. */
export function json(...args: string[]): Answer {
  return answer(diff('--base', 'HEAD', '--format', 'json', ...args));
}
