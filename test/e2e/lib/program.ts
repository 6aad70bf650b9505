import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { command, folder, type CommandResult } from './host.js';
import { currentRun } from './runs.js';

const PROGRAM = path.resolve('dist/stowage.js');

/** A project of a user: a policy and contracts, in a folder of the run. */
export interface Project {
  readonly folder: string;
  /** Where `render` writes. */
  readonly rendered: string;
}

/** Writes a project's files (path below its folder → text). */
export function makeProject(files: Readonly<Record<string, string>>): Project {
  const root = mkdtempSync(path.join(folder(currentRun(), 'projects'), 'p-'));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return { folder: root, rendered: path.join(root, 'rendered') };
}

/** Runs the built program. Throws with its messages when it fails, unless `allowFail`. */
export async function stowage(
  args: readonly string[],
  options: { readonly allowFail?: boolean } = {},
): Promise<CommandResult> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: run "npm run build" first`);
  return command(process.execPath, [PROGRAM, ...args], options);
}

/** Renders the project with the built program. */
export async function render(project: Project, ...args: readonly string[]): Promise<CommandResult> {
  const config = path.join(project.folder, 'stowage.yml');
  return stowage(['render', '--config', config, '--out', project.rendered, ...args]);
}
