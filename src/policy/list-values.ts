import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Pointer, SourceDocument } from '../source/document.js';
import { append } from '../source/append.js';
import type { Files } from '../source/files.js';
import { expandPatterns, type ListedFile, type SearchRoom } from './contract-files.js';
import type { LoadedPolicy } from './load.js';
import type { ValueFiles } from './placed-values.js';

/** The files with values that a policy names: later patterns win over earlier ones, whatever their names. */
export function listValues(
  room: SearchRoom,
  document: SourceDocument,
  { values, deployments }: Pick<LoadedPolicy, 'values' | 'deployments'>,
  input: Files,
): { files: ValueFiles; all: ListedFile[]; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const all = new Map<string, ListedFile>();
  const expand = (pattern: string, pointer: Pointer): string[] => {
    const { files, diagnostics: found } = expandPatterns(room, document, [{ pattern, pointer }], input);
    append(diagnostics, found);
    for (const file of files) all.set(file.displayName, file);
    return files.map(({ displayName }) => displayName);
  };
  const everywhere = values.flatMap(({ pattern, pointer }) => expand(pattern, pointer));
  const byPattern = new Map<string, readonly string[]>();
  for (const deployment of deployments ?? []) {
    for (const [index, pattern] of deployment.values.entries()) {
      const pointer = [...deployment.pointer, 'values', index];
      if (!byPattern.has(pattern)) byPattern.set(pattern, expand(pattern, pointer));
    }
  }
  return { files: { everywhere, byPattern }, all: [...all.values()], diagnostics };
}
