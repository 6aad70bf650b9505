import type { Pointer } from './document.js';
import type { Findings } from './findings.js';
import { findSecret } from './secrets.js';

const LONE_SURROGATE = String.raw`[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]`;
/** C0, DEL, C1, the line separators of Unicode, and halves of surrogate pairs. */
const CONTROL = new RegExp(String.raw`[\x00-\x1f\x7f-\x9f\u2028\u2029]|${LONE_SURROGATE}`);
/** The same, line feeds and tabs excepted. */
const CONTROL_IN_LINES = new RegExp(String.raw`[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]|${LONE_SURROGATE}`);

export interface TextRule {
  /** Whether line feeds and tabs are fine. */
  readonly multiline: boolean;
}

/**
 * Checks one text that may be rendered: no control characters, no literal secrets. Returns whether it is clean.
 */
export function checkText(findings: Findings, pointer: Pointer, text: string, rule: TextRule): boolean {
  const control = (rule.multiline ? CONTROL_IN_LINES : CONTROL).exec(text);
  const secret = findSecret(text);
  if (secret !== null) {
    const message = `this holds ${secret.kind}, which would end up in the rendered files`;
    const hint = 'name a file, a Secret or an environment variable that holds it instead';
    findings.error('STW027', pointer, message, { hint, sensitive: true, within: secret, of: text });
  }
  if (control !== null) {
    const unit = text.charCodeAt(control.index).toString(16).toUpperCase().padStart(4, '0');
    const what = unit === '000A' ? 'a line break' : `the character U+${unit}`;
    findings.error('STW026', pointer, `this text holds ${what}, which no generated file can hold safely`, {
      within: { start: control.index, end: control.index + 1 },
      of: text,
      hint: unit === '000A' ? 'write it on one line (`>-` folds, `|` does not)' : 'remove the character',
    });
  }
  return control === null && secret === null;
}
