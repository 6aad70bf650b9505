import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
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

/**
 * A project of `examples/`, changed only where a test machine differs from the real ones.
 *
 * @param changes by file, below the example's folder: text that stands there once → what stands there instead
 * @param files of the scenario's own, such as a policy in the place of the example's
 */
export function exampleProject(
  name: string,
  changes: Readonly<Record<string, Readonly<Record<string, string>>>>,
  files: Readonly<Record<string, string>> = {},
): Project {
  const project = makeProject({});
  cpSync(path.join('examples', name), project.folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(project.folder, file), text);
  for (const [file, replacements] of Object.entries(changes)) {
    const changed = path.join(project.folder, file);
    let text = readFileSync(changed, 'utf8');
    for (const [old, wanted] of Object.entries(replacements)) {
      if (text.split(old).length !== 2) throw new Error(`examples/${name}/${file} does not say once: ${old}`);
      text = text.replace(old, () => wanted);
    }
    writeFileSync(changed, text);
  }
  return project;
}

/** Runs the built program. Throws with its messages when it fails, unless `allowFail`. */
async function stowage(
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

/**
 * What `stowage audit` says of a repository: the kind of each finding, and the service.
 *
 * @param listing what the real `restic snapshots --json` printed
 */
export async function audit(
  project: Project,
  repository: string,
  listing: string,
): Promise<(readonly [kind: string, service: string | null])[]> {
  const file = path.join(project.folder, `${repository}.json`);
  writeFileSync(file, listing);
  const config = path.join(project.folder, 'stowage.yml');
  const args = ['audit', `${repository}=${file}`, '--config', config, '--format', 'json'];
  const { stdout } = await stowage(args, { allowFail: true });
  const { findings } = JSON.parse(stdout) as { findings: { kind: string; service: string | null }[] };
  return findings.map(({ kind, service }) => [kind, service]);
}
