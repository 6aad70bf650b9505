import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { RenderedFile, TargetInput } from '../rendering/file.js';

interface TargetOutput {
  readonly files: readonly RenderedFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** One kind of output: turns the plan into files. Pure. */
export interface Target {
  readonly name: string;
  render(input: TargetInput): TargetOutput;
}
