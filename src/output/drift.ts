import { wholeFile, type Diagnostic } from '../diagnostics/diagnostic.js';
import type { Drift, DriftKind } from './compare.js';

const STATES: Readonly<Record<DriftKind, string>> = {
  added: 'this file is missing',
  changed: 'this file is not what rendering gives now',
  removed: 'this file is no longer rendered',
  edited: 'this file was edited by hand',
};

/**
 * The diagnostics of a check, with every difference of the tree among them as an error: for reports, where a finding is
 * all that people see. Not sorted.
 *
 * @param name of the output folder, as in the diagnostics
 */
export function withDrift(
  diagnostics: readonly Diagnostic[],
  drift: readonly Drift[],
  name: string,
): Diagnostic[] {
  const edited = diagnostics.filter(({ code }) => code === 'STW604');
  const said = new Set(edited.map(({ span }) => span.file));
  const differences = drift
    .map(({ path, kind }) => ({ file: `${name}/${path}`, kind }))
    .filter(({ file }) => !said.has(file))
    .map(({ file, kind }): Diagnostic => ({
      code: 'STW610',
      severity: 'error',
      message: STATES[kind],
      span: wholeFile(file),
      hint: 'run `stowage render` and commit what it changes',
    }));
  return [
    ...diagnostics.map((diagnostic): Diagnostic =>
      diagnostic.code === 'STW604' ? { ...diagnostic, severity: 'error' } : diagnostic,
    ),
    ...differences,
  ];
}
