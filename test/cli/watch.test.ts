import { spawn, type ChildProcess } from 'node:child_process';
import { afterEach, describe, expect, test } from '@jest/globals';
import { cleanEnvironment, PROGRAM, project, put, read, snapshot, stowage } from './program.js';

const PATIENCE = 60_000;

/** A program that goes on until it is told to end. */
class Watching {
  readonly child: ChildProcess;
  #output = '';
  #shown = 0;
  readonly #ended: Promise<number | null>;

  constructor(folder: string, args: readonly string[]) {
    const env = cleanEnvironment();
    this.child = spawn(process.execPath, [PROGRAM, 'render', '--watch', ...args], { cwd: folder, env });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    this.#ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  /** Waits until the program has said `text` since the last call, and gives all it said. */
  async says(text: string): Promise<string> {
    const deadline = Date.now() + PATIENCE;
    while (!this.#output.slice(this.#shown).includes(text)) {
      if (Date.now() > deadline || this.child.exitCode !== null)
        throw new Error(`never said: ${text}\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const said = this.#output.slice(this.#shown);
    this.#shown = this.#output.length;
    return said;
  }

  async end(): Promise<number | null> {
    this.child.kill('SIGINT');
    return this.#ended;
  }
}

const running: Watching[] = [];
afterEach(() => {
  for (const program of running.splice(0)) program.child.kill('SIGKILL');
});

function watching(folder: string, ...args: string[]): Watching {
  const program = new Watching(folder, args);
  running.push(program);
  return program;
}

describe('render --watch', () => {
  test('renders at once and after each change, shows mistakes, and ends when interrupted', async () => {
    const root = project();
    const program = watching(root);
    await program.says('watching for changes');
    const before = snapshot(`${root}/rendered`);
    expect(Object.keys(before).length).toBeGreaterThan(10);

    const policy = read(root, 'stowage.yml');
    put(root, 'stowage.yml', `${policy}unknown_key: 1\n`);
    expect(await program.says('1 error')).toContain('stowage.yml changed');
    expect(snapshot(`${root}/rendered`)).toEqual(before);

    put(root, 'stowage.yml', policy.replace('keep_daily: 7', 'keep_daily: 8'));
    await program.says('rendered: wrote');
    expect(await program.end()).toBe(0);
    expect(stowage(root, ['render', '--check']).code).toBe(0);
  });

  test('a contract that comes, and one that goes', async () => {
    const root = project();
    const program = watching(root);
    await program.says('watching for changes');
    const contract = read(root, 'services/wiki.yml').replaceAll('wiki', 'notes');
    put(root, 'services/notes.yml', contract);
    expect(await program.says('rendered: wrote')).toContain('notes.yml changed');
    expect(Object.keys(snapshot(`${root}/rendered`))).toContain('runbooks/notes.md');
    expect(await program.end()).toBe(0);
  });

  test('what writes nothing cannot be watched', () => {
    for (const option of ['--check', '--diff']) {
      const { code, err } = stowage(project(), ['render', '--watch', option]);
      expect([code, err]).toEqual([2, expect.stringContaining('--watch')]);
    }
    expect(stowage(project(), ['render', '--watch', '--format', 'json']).code).toBe(2);
  });
});
