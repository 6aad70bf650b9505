import type { Pointer } from './document.js';
import type { Findings } from './findings.js';
import { findSecret } from './secrets.js';

const LONE_SURROGATE = String.raw`[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]`;
/** Code points that are no characters, in UTF-16: systemd refuses a line that holds one. */
const NONCHARACTER = String.raw`[\ufdd0-\ufdef\ufffe\uffff]|[\ud83f\ud87f\ud8bf\ud8ff\ud93f\ud97f\ud9bf\ud9ff\uda3f\uda7f\udabf\udaff\udb3f\udb7f\udbbf\udbff][\udffe\udfff]`;
/** C0, DEL, C1, the line separators of Unicode, halves of surrogate pairs, and what is no character at all. */
const CONTROL = new RegExp(String.raw`[\x00-\x1f\x7f-\x9f\u2028\u2029]|${LONE_SURROGATE}|${NONCHARACTER}`);
/** The same, line feeds and tabs excepted. */
const CONTROL_IN_LINES = new RegExp(
  String.raw`[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]|${LONE_SURROGATE}|${NONCHARACTER}`,
);

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
    const unit = (text.codePointAt(control.index) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const what = unit === '000A' ? 'a line break' : `the character U+${unit}`;
    findings.error('STW026', pointer, `this text holds ${what}, which no generated file can hold safely`, {
      within: { start: control.index, end: control.index + control[0].length },
      of: text,
      hint: unit === '000A' ? 'write it on one line (`>-` folds, `|` does not)' : 'remove the character',
    });
  }
  return control === null && secret === null;
}
