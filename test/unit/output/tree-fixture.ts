import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from '@jest/globals';
import { listTree } from '../../../src/output/disk.js';
import { applyWrite, planWrite, type PlanOptions, type WritePlan } from '../../../src/output/tree.js';
import type { WriteResult } from '../../../src/output/write.js';
import type { RenderedFile } from '../../../src/rendering/file.js';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new empty folder, removed after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stowage-test-'));
  folders.push(folder);
  return folder;
}

export function file(path: string, content: string, more: Partial<RenderedFile> = {}): RenderedFile {
  return { path, content, mode: 0o644, sources: [], service: null, runtime: null, ...more };
}

export function files(tree: Readonly<Record<string, string>>): RenderedFile[] {
  return Object.entries(tree).map(([path, content]) => file(path, content));
}

/** Writes by hand, as a user would. */
export function put(root: string, path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

export function read(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Every file but our own book-keeping, with its content; folders that hold nothing as `/`. */
export function contents(root: string): Record<string, string> {
  const { files: found, emptyFolders } = listTree(root, '', (path) => path === '.stowage');
  return Object.fromEntries([
    ...found.map((path): [string, string] => [path, read(root, path)]),
    ...emptyFolders.map((path): [string, string] => [path, '/']),
  ]);
}

export function render(
  root: string,
  wanted: readonly RenderedFile[],
  options: PlanOptions = {},
): WriteResult {
  return applyWrite(planWrite(root, wanted, options));
}

export function codes(plan: WritePlan): string[] {
  return plan.diagnostics.map((diagnostic) => diagnostic.code);
}
