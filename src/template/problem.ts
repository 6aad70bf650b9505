import type { DiagnosticCode } from '../diagnostics/codes.js';
import type { Position } from './program.js';

/** A mistake in a template's text. */
export interface TemplateProblem {
  readonly code: DiagnosticCode;
  readonly start: Position;
  /** Exclusive. */
  readonly end: Position;
  readonly message: string;
  readonly hint: string;
}
