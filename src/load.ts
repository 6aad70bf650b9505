import { basename, dirname, resolve } from 'node:path';
import type { Contract } from './model/contract.js';
import { NOTHING_UNREAD, type Unread } from './model/unread.js';
import { loadContracts, type LoadedContracts } from './contract/load.js';
import { openInventory } from './contract/inventory.js';
import { loadValues, type Layer } from './contract/values.js';
import { sortDiagnostics, type Diagnostic } from './diagnostics/diagnostic.js';
import { expandPatterns, type ListedFile, type SearchRoom } from './policy/contract-files.js';
import { loadPolicy, type LoadedPolicy } from './policy/load.js';
import { listValues } from './policy/list-values.js';
import { placedValues, type ValueFiles } from './policy/placed-values.js';
import type { Policy } from './model/policy.js';
import { append } from './source/append.js';
import type { SourceDocument } from './source/document.js';
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
  /**
   * Where values come from.
   *
   * @internal
   */
  readonly values: GivenValues;
  /** Sorted by file and position. */
  readonly diagnostics: readonly Diagnostic[];
  /** Text of every file that was read but the inventory, which may hold secrets, by the name that diagnostics use. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Where the values of a project come from. */
interface GivenValues {
  readonly files: ValueFiles;
  /** Null where none could be read. */
  readonly inventory: InputFile | null;
  /** The names that contracts ask for. */
  readonly asked: ReadonlySet<string>;
}

const NO_VALUES: GivenValues = {
  files: { everywhere: [], byPattern: new Map() },
  inventory: null,
  asked: new Set(),
};

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
    values: GivenValues = NO_VALUES,
  ): Project => {
    return {
      root,
      input,
      policy,
      contracts,
      unread,
      values,
      diagnostics: limitPerFile(sortDiagnostics(hideSecrets(diagnostics))),
      sources,
    };
  };

  const [policyFile] = read({ absolutePath: resolve(configPath), displayName: basename(configPath) });
  if (policyFile === undefined) return finish(null, []);
  const stock: { inventory: InputFile | null } = { inventory: null };
  const loaded = loadPolicy(policyFile, project, (name) => {
    const { file, inventory, diagnostics: found } = openInventory(root, name, input);
    append(diagnostics, found);
    stock.inventory = file;
    return inventory;
  });
  append(diagnostics, loaded.diagnostics);
  if (loaded.document === null) return finish(null, []);
  const made = readContracts({ root, output: loaded.output }, loaded.document, loaded, input, read);
  append(diagnostics, made.diagnostics);
  const { files, asked } = made;
  return finish(loaded.policy, made.contracts, made.unread, { files, asked, inventory: stock.inventory });
}

/** The contracts that a policy names, in the light of the values that it names. */
function readContracts(
  room: SearchRoom,
  document: SourceDocument,
  loaded: LoadedPolicy,
  input: Files,
  read: (file: ListedFile) => InputFile[],
): LoadedContracts & { readonly files: ValueFiles } {
  const listed = listValues(room, document, loaded, input);
  const contractFiles = expandPatterns(room, document, loaded.contracts, input);
  const diagnostics = [...listed.diagnostics, ...contractFiles.diagnostics];
  input.prefetch([...listed.all, ...contractFiles.files].map(({ absolutePath }) => absolutePath));
  const layers = new Map<string, Layer>();
  for (const file of listed.all.flatMap(read)) {
    const { layer, diagnostics: found } = loadValues(file);
    append(diagnostics, found);
    layers.set(file.file, layer);
  }
  const { files } = listed;
  const inputs = contractFiles.files.flatMap(read);
  const given = placedValues({ files, layers, inventory: loaded.inventory }, loaded.deployments);
  const made = loadContracts(inputs, given.values, given.placesOf);
  append(diagnostics, made.diagnostics);
  const nameless = made.unread.nameless || inputs.length < contractFiles.files.length;
  return { ...made, diagnostics, files, unread: { ...made.unread, nameless } };
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
