import { relative, resolve } from 'node:path';
import { didYouMean } from '../diagnostics/did-you-mean.js';
import { hasErrors } from '../diagnostics/diagnostic.js';
import { explain as explainPlace, type Subject } from '../explain/explain.js';
import { recordTemplates, type Recorded } from '../explain/origins.js';
import { loadProject } from '../load.js';
import { render } from '../render.js';
import { resolveExisting } from '../output/folder.js';
import type { RenderedFile } from '../rendering/file.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { explanationDocument, explanationText } from './explain-text.js';
import { policyFile, printBeside, printJson, type CommonOptions } from './project.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** `path` or `path:line`; the line is the last part when it is a number. */
function splitPlace(text: string): { path: string; line: number | null } {
  const [, path, line] = /^(.+):([0-9]+)$/s.exec(text) ?? [];
  return path === undefined || line === undefined ? { path: text, line: null } : { path, line: Number(line) };
}

/** The file of the tree that `path` names: from the working directory, or as the tree itself names it. */
function findFile(files: readonly RenderedFile[], path: string, tree: string): RenderedFile {
  const inTree = relative(resolveExisting(tree), resolveExisting(path)).replaceAll('\\', '/');
  const file = files.find((each) => each.path === inTree) ?? files.find((each) => each.path === path);
  if (file !== undefined) return file;
  const known = files.map((each) => each.path);
  const hint =
    didYouMean(path, known) ?? 'name a file that `stowage render` writes, as in `rendered/README.md:12`';
  throw new UsageError(`\`${path}\` is not a file of the rendered tree`, hint);
}

function checkLine(file: RenderedFile, line: number | null): void {
  const lines = file.content.replace(/\n$/, '').split('\n').length;
  if (line !== null && (line < 1 || line > lines)) {
    throw new UsageError(`\`${file.path}\` has no line ${line}`, `its lines are 1 to ${lines}`);
  }
}

/**
 * `stowage explain PATH[:LINE]`: which contract, which keys, which rule and which template made a file of the tree,
 * or one line of it. The tree need not be written: it is rendered in memory.
 */
export async function explain(
  options: CommonOptions & { readonly place: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const project = loadProject(await policyFile(options));
  const records: Recorded[] = [];
  const rendered = render(project, (templates) => {
    const recorded = recordTemplates(templates);
    records.push(recorded);
    return recorded.templates;
  });
  const { policy } = project;
  const [recorded] = records;
  if (policy === null || recorded === undefined || hasErrors(rendered.diagnostics)) {
    if (options.format === 'json') printJson(terminal, { explanation: null }, rendered.diagnostics);
    else printBeside(terminal, rendered.diagnostics, rendered.sources, options.quiet);
    return EXIT.problems;
  }
  const { path, line } = splitPlace(options.place);
  const file = findFile(rendered.files, path, resolve(project.root, policy.output));
  checkLine(file, line);
  terminal.progress('trying every key…');
  const subject: Subject = { project, policy, file, line };
  const explanation = explainPlace(subject, recorded);
  terminal.progress('');
  const ownTemplate = (name: string): string | null => {
    const own = `${policy.templates ?? ''}/${name}`;
    return policy.templates !== null && rendered.sources.has(own) ? own : null;
  };
  const document = explanationDocument(explanation, ownTemplate);
  if (options.format === 'json') printJson(terminal, { explanation: document }, []);
  else terminal.out(explanationText(document, { color: terminal.outColor }));
  return EXIT.clean;
}
