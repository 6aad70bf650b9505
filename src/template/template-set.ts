import type { Trace } from './trace.js';

/** Templates by name (`systemd/backup.service.hbs`), ready to be filled. */
export interface TemplateSet {
  /**
   * The template's text with every tag encoded for its kind of file. Throws a `TemplateError` for a variable
   * that the context lacks and for a value that the format cannot express; an unknown name is a bug.
   */
  render(name: string, context: Readonly<Record<string, unknown>>, trace?: Trace): string;
  has(name: string): boolean;
  /** Sorted. */
  names(): readonly string[];
}
