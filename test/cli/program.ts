import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from '@jest/globals';
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

/** Runs `stowage` in a folder, its output in pipes. */
export function stowage(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Outcome {
  const env = cleanEnvironment(environment);
  const run = spawnSync(process.execPath, [PROGRAM, ...args], { cwd: folder, env, encoding: 'utf8' });
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
