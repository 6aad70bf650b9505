import { basename, join, posix, relative, resolve } from 'node:path';
import { hasErrors, type Diagnostic } from '../diagnostics/diagnostic.js';
import { loadProject, type Project } from '../load.js';
import type { BackupPlan } from '../model/plan.js';
import { render } from '../render.js';
import { projectName } from '../names/installed.js';
import { MANIFEST_PATH } from '../output/tree-path.js';
import { POLICY_FILE } from '../policy/find.js';
import { parsePlanFile } from '../review/plan-file.js';
import type { LoadedSide } from '../review/spans.js';
import type { Side } from '../review/side.js';
import { errorCode } from '../source/error-code.js';
import { DISK, passesLink, type Files } from '../source/files.js';
import { valueAt } from '../source/findings.js';
import { GitError } from '../source/git.js';
import { GitForest } from '../source/git-forest.js';
import { UsageError } from './usage-error.js';

/** What a change is compared with. */
export interface Base {
  readonly side: Side;
  /** Null when only the committed plan is known. */
  readonly loaded: LoadedSide | null;
  /** What people should know about how it was read; empty for nothing. */
  readonly note: string;
}

const PLAN = '.stowage/plan.json';
const NOTHING: Side = {
  plan: {
    ...{ version: 2, project: '', policy: POLICY_FILE, parallel: 2 },
    ...{ jobs: [], repositories: [], services: [] },
  },
  files: new Map(),
};
/** No plan and no rendered file comes near this. */
const MAX_TREE_FILE = 64 * 1024 * 1024;

/** The state of a commit. Nothing is checked out; work tree and index are not touched. */
export function baseOfCommit(reference: string, policyPath: string, project: Project): Base {
  try {
    const files = new GitForest(project.root, reference, process.env);
    const name = `commit \`${reference}\``;
    if (isFirst(files, files.top, policyPath)) {
      const note = `${name} has no policy and no rendered tree: everything is new`;
      return { side: NOTHING, loaded: null, note };
    }
    const base = baseOf(files, policyPath, project, name);
    return {
      ...base,
      note: [base.note, ...files.unknown.map(notKnownIn(project.root, name))].filter(Boolean).join('; '),
    };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new UsageError(
      `\`--base ${reference}\`: ${error.message}`,
      'name a branch, tag or commit that this clone has; a shallow clone needs `git fetch` first',
    );
  }
}

/** A policy may have contracts in repositories beside its own. */
function notKnownIn(root: string, name: string): (top: string) => string {
  return (top) => `\`${relative(root, top)}\` knows no ${name}: its files are compared as they are now`;
}

/** Before stowage came. A policy or plan anywhere in the commit may be the old one, moved since: then it is not. */
function isFirst(files: Files, top: string, policyPath: string): boolean {
  if (files.exists(policyPath)) return false;
  const names = [basename(policyPath), POLICY_FILE];
  return !files
    .list(top)
    .some((path) => names.includes(posix.basename(path)) || path === PLAN || path.endsWith(`/${PLAN}`));
}

/** The state of a folder: a project, whose policy is called as ours or as usual, or a rendered tree. */
export function baseOfFolder(folder: string, policyPath: string, project: Project): Base {
  const root = resolve(folder);
  const policies = [basename(policyPath), POLICY_FILE].map((name) => join(root, name));
  const found = policies.find((path) => DISK.exists(path));
  if (found !== undefined) return baseOf(DISK, found, project, `\`${folder}\``);
  const tree = readTree(DISK, root, project.policy?.project ?? null);
  if ('problem' in tree) {
    throw new UsageError(
      `\`--from ${folder}\`: ${tree.problem}`,
      `name a folder with a \`${POLICY_FILE}\`, or a rendered tree with \`${PLAN}\``,
    );
  }
  return { side: tree.side, loaded: null, note: '' };
}

/** Contracts and policy if they are valid by today's rules, else the plan that was rendered from them. */
function baseOf(files: Files, policyPath: string, project: Project, name: string): Base {
  const current = project.policy?.project ?? null;
  const base = loadProject(policyPath, files, current);
  const { plan, files: rendered, diagnostics, sources } = render(base);
  if (plan !== null && base.policy !== null && !hasErrors(diagnostics)) {
    const isUnnamed = valueAt(base.policy.document.value, ['project']) === undefined;
    const loaded = { policy: base.policy, contracts: base.contracts, sources };
    return { side: { ...sideOf(plan, rendered), isUnnamed }, loaded, note: '' };
  }
  const written = base.policy?.output ?? writtenOutput(files, policyPath);
  const outputs = [written, project.policy?.output, 'rendered'].flatMap((output) => output ?? []);
  const { output, tree } = firstTree(files, base.root, outputs, current);
  const reason = firstError(diagnostics);
  if ('problem' in tree) {
    throw new UsageError(
      `${name} cannot be compared with: ${reason}, and ${output}/${PLAN} ${tree.problem}`,
      'compare with a state that `stowage validate` accepts, or that has a rendered tree',
    );
  }
  const note = `contracts and policy of ${name} are not valid today (${reason}); comparing with its ${output}/${PLAN}`;
  return { side: tree.side, loaded: null, note };
}

/** The first of the folders that holds a plan; without one the first of all, with what is wrong with it. */
function firstTree(files: Files, root: string, outputs: readonly string[], project: string | null) {
  const [output = 'rendered', ...others] = outputs;
  const first = { output, tree: readTree(files, join(root, output), project) };
  if (!('problem' in first.tree)) return first;
  for (const other of others) {
    const tree = readTree(files, join(root, other), project);
    if (!('problem' in tree)) return { output: other, tree };
  }
  return first;
}

/** The folder that the text of an old policy names, be the rest of it valid or not. */
function writtenOutput(files: Files, policyPath: string): string | null {
  const [, output = ''] = /^output:[ \t]*["']?([^"'#\n]+)/m.exec(readText(files, policyPath) ?? '') ?? [];
  const folder = posix.normalize(output.trim());
  return output === '' || folder.startsWith('..') || folder.startsWith('/') ? null : folder;
}

export function sideOf(
  plan: BackupPlan,
  files: readonly { readonly path: string; readonly content: string }[],
): Side {
  return { plan, files: new Map(files.map(({ path, content }) => [path, content])) };
}

function firstError(diagnostics: readonly Diagnostic[]): string {
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error === undefined) return 'nothing can be planned';
  return `${error.span.file}:${error.span.line}: ${error.message}`;
}

/** A rendered tree as it stands somewhere. It is untrusted: links are left out, the plan is checked. */
function readTree(
  files: Files,
  folder: string,
  project: string | null,
): { readonly side: Side } | { readonly problem: string } {
  const text = readText(files, join(folder, PLAN));
  if (text === null) return { problem: 'cannot be read' };
  const contents = contentsOf(files, folder);
  const parsed = parsePlanFile(text, () => contents, project);
  if ('problem' in parsed) return parsed;
  const { plan, isUnnamed } = parsed;
  if (!isUnnamed || project === null) return { side: { plan, files: contents } };
  // Its units are the same jobs as today's.
  const renamed = [...contents].map(([path, content]) => [withProject(path, project), content] as const);
  return { side: { plan, files: new Map(renamed), isUnnamed } };
}

/** The text of every regular file of a tree, by path. */
function contentsOf(files: Files, folder: string): ReadonlyMap<string, string> {
  const paths = files
    .list(folder)
    .filter((path) => path !== MANIFEST_PATH && !passesLink(folder, path, files));
  files.prefetch(paths.map((path) => join(folder, path)));
  return new Map(
    paths.flatMap((path) => {
      const content = readText(files, join(folder, path));
      return content === null ? [] : [[path, content] as const];
    }),
  );
}

/** The path in today's tree of a file in one from before projects had names. */
function withProject(path: string, project: string): string {
  const name = projectName(project);
  return path
    .replace(/^(hosts\/.*\/(?:systemd|containers)\/)stowage-/, `$1${name}-`)
    .replace(/^(hosts\/.*\/etc\/(?:sysusers|tmpfiles)[.]d\/)stowage[.]conf$/, `$1${name}.conf`);
}

/** The text of a regular file; null where none can be read. */
function readText(files: Files, path: string): string | null {
  try {
    const { kind, size } = files.stat(path);
    return kind === 'file' && size <= MAX_TREE_FILE ? files.read(path).toString('utf8') : null;
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return null;
  }
}
