import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of this repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** An environment in which Git depends on nothing but the repository; programs in `bin` come first. */
export function gitEnvironment(bin = '/nonexistent'): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:GIT|GITHUB|RUNNER)_/.test(name));
  return {
    ...Object.fromEntries(inherited),
    PATH: `${bin}:${process.env.PATH ?? ''}`,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  };
}

/** What a Git command prints, without white space around it. Throws when it fails. */
export function git(folder: string, ...args: string[]): string {
  const options = { cwd: folder, env: gitEnvironment(), encoding: 'utf8' } as const;
  return execFileSync('git', args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** Makes a repository of a folder's files, with one commit. */
export function makeRepository(folder: string): void {
  git(folder, 'init', '-q', '-b', 'main');
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '--allow-empty', '-m', 'start');
}

/** Puts the program that is built here into a folder of programs, as `stowage`; `before` is a line of shell to run first. */
export function installProgram(bin: string, before = ''): void {
  mkdirSync(bin, { recursive: true });
  const file = join(bin, 'stowage');
  writeFileSync(file, `#!/bin/sh\n${before}\nexec '${process.execPath}' '${ROOT}dist/stowage.js' "$@"\n`);
  chmodSync(file, 0o755);
}
