import { childrenOf } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { allowedTypes, childSchema, type JsonSchema } from '../source/schema.js';
import { checkText } from '../source/text-rules.js';

/** Checks every text that the schema describes, and so every text that we keep, for control characters and secrets. */
export function checkTexts(findings: Findings, root: JsonSchema, value: unknown): void {
  visit(findings, root, root, value, []);
}

function visit(
  findings: Findings,
  root: JsonSchema,
  schema: JsonSchema,
  value: unknown,
  pointer: Pointer,
): void {
  if (typeof value === 'string') {
    if (allowedTypes(schema).length > 0 || pointer.length > 0) {
      checkText(findings, pointer, value, { multiline: isMultiline(pointer) });
    }
    return;
  }
  for (const [step, child] of childrenOf(value)) {
    const next = childSchema(root, schema, step);
    if (next !== null && (allowedTypes(next).length > 0 || next.properties !== undefined)) {
      visit(findings, root, next, child, [...pointer, step]);
    }
  }
}

/** A health command may be a script, and a reason a paragraph; neither is a name or a path. */
function isMultiline(pointer: Pointer): boolean {
  return (
    (pointer[0] === 'health' && pointer.includes('cmd')) ||
    ['reason', 'live_copy'].includes(String(pointer.at(-1)))
  );
}
