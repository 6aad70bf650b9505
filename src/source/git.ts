import { spawnSync } from 'node:child_process';
import { isAbsolute, resolve } from 'node:path';

/** git is missing, there is no repository, or it does not know what it was asked for. The message is for people. */
export class GitError extends Error {
  override readonly name = 'GitError';
}

/** Where a folder lies in a git repository. */
export interface Repository {
  /** Working directory for git. */
  readonly folder: string;
  /** The top of the work tree, absolute, links resolved. */
  readonly top: string;
  /** Of the folder, below the top, with `/`; `''` for the top itself. */
  readonly prefix: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** No listing of a tree and no set of input files comes near this. */
const MAX_OUTPUT = 1024 ** 3;

/** What of git's own variables says how git works rather than which repository it works on. */
const HARMLESS = /^GIT_(?:CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|CEILING_DIRECTORIES)$/;

/**
 * The environment for git. Whoever runs a hook, or a shell in which somebody once set `GIT_DIR`, means the repository
 * that the policy lies in: variables that name a repository, an index or object folders are left out.
 */
function gitEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !name.startsWith('GIT_') || HARMLESS.test(name),
  );
  // Messages in English; nothing written beside (index refresh), nobody asked for a password.
  return { ...Object.fromEntries(kept), LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' };
}

/** Runs git in a folder and gives what it prints. Arguments go to it as they are; no shell reads them. */
function runGit(
  { folder, environment }: Pick<Repository, 'folder' | 'environment'>,
  args: readonly string[],
  input = '',
): Buffer {
  const run = spawnSync('git', args, { cwd: folder, env: environment, input, maxBuffer: MAX_OUTPUT });
  if (run.error !== undefined) {
    const missing = 'code' in run.error && run.error.code === 'ENOENT';
    throw new GitError(missing ? 'git is not installed' : `git cannot run: ${run.error.message}`);
  }
  if (run.status === 0) return run.stdout;
  const [line = ''] = run.stderr.toString('utf8').split('\n');
  throw new GitError(line.replace(/^fatal: /, '') || `git ended with code ${String(run.status)}`);
}

/** The repository whose work tree holds a folder. */
export function findRepository(folder: string, environment: NodeJS.ProcessEnv): Repository {
  const clean = gitEnvironment(environment);
  try {
    return openRepository(folder, clean);
  } catch (error) {
    const { GIT_DIR: directory, GIT_WORK_TREE: tree } = environment;
    // Home folders under git are often kept like this: a repository elsewhere, and only the variables know of it.
    if (!(error instanceof GitError) || directory === undefined || tree === undefined) throw error;
    const absolute = (path: string) => (isAbsolute(path) ? path : resolve(path));
    return openRepository(folder, {
      ...clean,
      GIT_DIR: absolute(directory),
      GIT_WORK_TREE: absolute(tree),
    });
  }
}

function openRepository(folder: string, environment: NodeJS.ProcessEnv): Repository {
  const ask = (question: string) =>
    runGit({ folder, environment }, ['rev-parse', question]).toString('utf8').replace(/\n$/, '');
  const top = ask('--show-toplevel');
  if (top === '') throw new GitError('the folder is not inside a work tree');
  return { folder, top, prefix: ask('--show-prefix').replace(/\/$/, ''), environment };
}

/** The commit that a reference names, as a hash. */
export function resolveCommit(repository: Repository, reference: string): string {
  // git takes what begins with `-` for an option in places; control characters are in no reference.
  // eslint-disable-next-line no-control-regex -- they are what this is about
  if (reference === '' || reference.startsWith('-') || /[\u0000-\u001f\u007f]/.test(reference)) {
    throw new GitError('it is not the name of a commit');
  }
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${reference}^{commit}`];
  let answer: string;
  try {
    answer = runGit(repository, args).toString('utf8').trim();
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new GitError('git knows no such commit');
  }
  if (!/^[0-9a-f]{40,64}$/.test(answer)) throw new GitError('git knows no such commit');
  return answer;
}

/** One entry of a commit's tree. */
export interface TreeEntry {
  /** Below the top of the repository. */
  readonly path: string;
  readonly kind: 'file' | 'link' | 'submodule';
  readonly hash: string;
}

/** Everything in a commit, in git's order. */
export function listCommit(repository: Repository, commit: string): TreeEntry[] {
  const args = ['ls-tree', '-r', '-z', '--full-tree', commit];
  return runGit(repository, args)
    .toString('utf8')
    .split('\0')
    .flatMap((line): TreeEntry[] => {
      const match = /^(\d{6}) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line);
      if (match === null) return [];
      const [, mode = '', type = '', hash = '', path = ''] = match;
      const kind = type === 'commit' ? 'submodule' : mode === '120000' ? 'link' : 'file';
      return [{ path, kind, hash }];
    });
}

/** The sizes of objects in bytes, by hash; those that are not there are left out. */
export function objectSizes(repository: Repository, hashes: readonly string[]): Map<string, number> {
  const answer = runGit(repository, ['cat-file', '--batch-check'], lines(hashes)).toString('utf8');
  return new Map(
    answer.split('\n').flatMap((line): [string, number][] => {
      const match = /^([0-9a-f]+) blob (\d+)$/.exec(line);
      return match === null ? [] : [[match[1] ?? '', Number(match[2])]];
    }),
  );
}

/** The bytes of objects, by hash; those that are not there are left out. */
export function readObjects(repository: Repository, hashes: readonly string[]): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  if (hashes.length === 0) return found;
  const output = runGit(repository, ['cat-file', '--batch'], lines(hashes));
  for (let at = 0; at < output.length;) {
    const end = output.indexOf(0x0a, at);
    const head = output.toString('latin1', at, end);
    at = end + 1;
    const match = /^([0-9a-f]+) \w+ (\d+)$/.exec(head);
    if (match === null) continue;
    const size = Number(match[2]);
    found.set(match[1] ?? '', output.subarray(at, at + size));
    at += size + 1;
  }
  return found;
}

function lines(hashes: readonly string[]): string {
  return hashes.map((hash) => `${hash}\n`).join('');
}
