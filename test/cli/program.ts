import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { afterAll, afterEach } from '@jest/globals';
import { listTree } from '../../src/output/disk.js';

/** The built program; `npm test` builds it first. */
export const PROGRAM = fileURLToPath(new URL('../../dist/stowage.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An environment without what the machine that runs the tests may say about colours or continuous integration. */
export function cleanEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: process.env.HOME, ...more };
}

/** One thread runs the program for all tests of a file; {@link inProcess} starts it as people do, which takes longer. */
interface ProgramThread {
  readonly worker: Worker;
  readonly answers: MessagePort;
  /** 1 when an answer is there. */
  readonly answered: Int32Array<SharedArrayBuffer>;
}

interface Answer {
  readonly outcome?: Outcome;
  readonly crash?: string;
}

const LONGEST_RUN_MS = 300_000;
let thread: ProgramThread | null = null;

function startThread(): ProgramThread {
  const { port1, port2 } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const file = fileURLToPath(new URL('program-thread.mjs', import.meta.url));
  const worker = new Worker(file, {
    workerData: { folder: dirname(PROGRAM), answers: port2, answered },
    transferList: [port2],
  });
  return { worker, answers: port1, answered };
}

afterAll(async () => {
  thread?.answers.close();
  await thread?.worker.terminate();
});

/** Runs `stowage` in a folder, its output in pipes. */
export function stowage(
  folder: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Outcome {
  const { worker, answers, answered } = (thread ??= startThread());
  answered[0] = 0;
  const home = process.cwd();
  process.chdir(folder);
  const isUsual = Object.keys(environment).length === 0;
  worker.postMessage({ words, environment: cleanEnvironment(environment), isUsual });
  const end = Atomics.wait(answered, 0, 0, LONGEST_RUN_MS);
  process.chdir(home);
  const { message } = (receiveMessageOnPort(answers) ?? {}) as { message?: Answer };
  if (message?.outcome === undefined) throw new Error(message?.crash ?? `the program has not ended: ${end}`);
  return message.outcome;
}

/** The same, in a process of its own. */
export function inProcess(folder: string, words: readonly string[]): Outcome {
  const env = cleanEnvironment();
  const run = spawnSync(process.execPath, [PROGRAM, ...words], { cwd: folder, env, encoding: 'utf8' });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

export function put(root: string, path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

export function read(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Every file below a folder with its content; empty for a folder that is not there. */
export function snapshot(root: string): Record<string, string> {
  try {
    return Object.fromEntries(
      listTree(root, '').files.map((path): [string, string] => [path, read(root, path)]),
    );
  } catch {
    return {};
  }
}

const POLICY = `version: 1
contracts: services/*.yml
repositories:
  main:
    url: rest:https://backup1.example:8000/home
    password_file: /etc/restic/password
    maintenance: { host: backup1 }
defaults:
  repository: main
  schedule: "@daily"
  retention: { keep_daily: 7 }
deployments:
  - { runtime: docker, host: web1, services: ["*"] }
project: lab
`;

/** A contract with one bind mount, one managed volume and one waived volume. */
export function contract(service: string): string {
  return `service_id: ${service}
service_volumes:
  - { name: config, host_path: /srv/${service}, target: /etc/${service} }
  - { name: data, target: /data }
  - { name: cache, target: /cache }
mounts:
  persistent_volumes:
    - { name: config, path: /etc/${service} }
    - { name: data, path: /data }
    - { name: cache, path: /cache }
runtime_templates:
  docker: docker.yml.j2
backup:
  volumes:
    cache: { enabled: false, reason: made again on start }
`;
}

/** A valid project with the services `wiki` and `blog` on one Docker host. */
export function project(): string {
  const folder = scratch();
  put(folder, 'stowage.yml', POLICY);
  for (const service of ['wiki', 'blog']) put(folder, `services/${service}.yml`, contract(service));
  return folder;
}

export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stowage-cli-'));
  folders.push(folder);
  return folder;
}
