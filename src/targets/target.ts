import type { RenderedFile, TargetInput } from '../rendering/file.js';

/** One kind of output: turns the plan into files. Pure. */
export interface Target {
  render(input: TargetInput): readonly RenderedFile[];
}
