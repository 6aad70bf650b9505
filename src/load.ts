import { basename, dirname, resolve } from 'node:path';
import type { Contract } from './model/contract.js';
import { NOTHING_UNREAD, type Unread } from './model/unread.js';
import { loadContracts } from './contract/load.js';
import { loadValues } from './contract/values.js';
import { sortDiagnostics, type Diagnostic } from './diagnostics/diagnostic.js';
import { expandPatterns, type ListedFile } from './policy/contract-files.js';
import { loadPolicy } from './policy/load.js';
import type { Policy } from './model/policy.js';
import { append } from './source/append.js';
import { DISK, type Files } from './source/files.js';
import { limitPerFile } from './source/limit.js';
import { readInput, type InputFile } from './source/read.js';

/** Everything that is read before planning. Only `loadProject` makes one. */
export interface Project {
  /** Absolute path of the policy's folder. */
  readonly root: string;
  /**
   * Where everything is read from: the disk, or a commit.
   *
   * @internal
   */
  readonly input: Files;
  /** Null when the policy cannot be used. */
  readonly policy: Policy | null;
  /** The contracts without errors, in the order of their files. */
  readonly contracts: readonly Contract[];
  /**
   * The contracts with errors.
   *
   * @internal
   */
  readonly unread: Unread;
  /** Sorted by file and position. */
  readonly diagnostics: readonly Diagnostic[];
  /** Text of every file that was read, by the name that diagnostics use. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Reads the policy at an absolute path, and the values files and contracts that it names. Reports every problem of
 * every file in one run.
 *
 * @param input where to read from; the disk by default
 * @param project as in {@link loadPolicy}
 */
export function loadProject(configPath: string, input: Files = DISK, project: string | null = null): Project {
  const root = dirname(resolve(configPath));
  const sources = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  const read = ({ absolutePath, displayName }: ListedFile): InputFile[] => {
    const { file, diagnostics: found } = readInput(absolutePath, displayName, input);
    append(diagnostics, found);
    if (file === null) return [];
    sources.set(file.file, file.text);
    return [file];
  };
  const finish = (
    policy: Policy | null,
    contracts: readonly Contract[],
    unread: Unread = NOTHING_UNREAD,
  ): Project => {
    return {
      root,
      input,
      policy,
      contracts,
      unread,
      diagnostics: limitPerFile(sortDiagnostics(hideSecrets(diagnostics))),
      sources,
    };
  };

  const [policyFile] = read({ absolutePath: resolve(configPath), displayName: basename(configPath) });
  if (policyFile === undefined) return finish(null, []);
  const loaded = loadPolicy(policyFile, project);
  append(diagnostics, loaded.diagnostics);
  if (loaded.document === null) return finish(null, []);

  const from = { root, output: loaded.output };
  const valueFiles = expandPatterns(from, loaded.document, loaded.values, input);
  const contractFiles = expandPatterns(from, loaded.document, loaded.contracts, input);
  append(diagnostics, valueFiles.diagnostics);
  append(diagnostics, contractFiles.diagnostics);
  input.prefetch([...valueFiles.files, ...contractFiles.files].map(({ absolutePath }) => absolutePath));
  const { values, diagnostics: valueProblems } = loadValues(valueFiles.files.flatMap(read));
  const inputs = contractFiles.files.flatMap(read);
  const { contracts, diagnostics: contractProblems, unread } = loadContracts(inputs, values);
  append(diagnostics, valueProblems);
  append(diagnostics, contractProblems);
  const nameless = unread.nameless || inputs.length < contractFiles.files.length;
  return finish(loaded.policy, contracts, { ...unread, nameless });
}

/** Whatever else is wrong on a line that holds a secret must not show that line either. */
function hideSecrets(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const secretLines = new Set<string>();
  for (const { span, sensitive } of diagnostics) {
    if (sensitive !== true) continue;
    for (let line = span.line; line <= span.end_line; line++) secretLines.add(`${line}:${span.file}`);
  }
  return diagnostics.map((diagnostic) => {
    const { span } = diagnostic;
    return secretLines.has(`${span.line}:${span.file}`) ? { ...diagnostic, sensitive: true } : diagnostic;
  });
}
