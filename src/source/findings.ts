import type { DiagnosticCode } from '../diagnostics/codes.js';
import type { Diagnostic, Severity } from '../diagnostics/diagnostic.js';
import type { Pointer, SourceDocument } from './document.js';

export interface FindingOptions {
  readonly hint?: string;
  readonly part?: 'key' | 'value';
  /** Part of the string value at the pointer, in UTF-16 code units. */
  readonly within?: { readonly start: number; readonly end: number };
  /** The string that `within` counts in; when another one is written there (a reference), all of it is shown. */
  readonly of?: string;
  readonly sensitive?: true;
}

/** Collects what is wrong with one document. */
export class Findings {
  readonly document: SourceDocument;
  readonly diagnostics: Diagnostic[] = [];

  constructor(document: SourceDocument) {
    this.document = document;
  }

  error(code: DiagnosticCode, pointer: Pointer, message: string, options: FindingOptions = {}): void {
    this.#add('error', code, pointer, message, options);
  }

  warning(code: DiagnosticCode, pointer: Pointer, message: string, options: FindingOptions = {}): void {
    this.#add('warning', code, pointer, message, options);
  }

  info(code: DiagnosticCode, pointer: Pointer, message: string, options: FindingOptions = {}): void {
    this.#add('info', code, pointer, message, options);
  }

  #add(
    severity: Severity,
    code: DiagnosticCode,
    pointer: Pointer,
    message: string,
    options: FindingOptions,
  ): void {
    const { hint, sensitive, part, of } = options;
    const isElsewhere = of !== undefined && valueAt(this.document.value, pointer) !== of;
    const span = this.document.span(pointer, part, isElsewhere ? undefined : options.within);
    this.diagnostics.push({
      code,
      severity,
      message,
      span,
      ...(hint === undefined ? {} : { hint }),
      ...(sensitive === undefined ? {} : { sensitive }),
    });
  }
}

/** The value at a pointer of a plain value; undefined where there is none. */
export function valueAt(root: unknown, pointer: Pointer): unknown {
  let value = root;
  for (const step of pointer) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
