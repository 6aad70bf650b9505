import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { RenderedFile } from '../../../src/rendering/file.js';

let program = '';

/** Bundles the program that {@link renderElsewhere} starts; each test file its own, because they run at one time. */
export async function buildOther(name: string): Promise<void> {
  program = fileURLToPath(new URL(`../../../build/test/${name}-run.mjs`, import.meta.url));
  await build({
    entryPoints: [fileURLToPath(new URL('killed-run.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
}

/**
 * Renders in a process of its own; with `steps` it dies before its file operation of that number, with `states` it leaves a
 * copy there of what each of these deaths would leave.
 */
export function renderElsewhere(
  root: string,
  wanted: readonly RenderedFile[],
  steps = Number.MAX_SAFE_INTEGER,
  ...states: readonly string[]
): { status: number | null; signal: NodeJS.Signals | null; stderr: string } {
  const list = `${root}.json`;
  writeFileSync(list, JSON.stringify(wanted));
  const { status, signal, stderr } = spawnSync(process.execPath, [
    program,
    root,
    list,
    String(steps),
    ...states,
  ]);
  return { status, signal, stderr: stderr.toString() };
}
