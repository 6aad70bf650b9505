import { contractSchemaText, policySchemaText } from '#generated/schemas.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** `stowage schema policy|contract`: prints the JSON Schema, for editors. */
export function schema(kind: 'policy' | 'contract', terminal: Terminal): ExitCode {
  const text = kind === 'policy' ? policySchemaText : contractSchemaText;
  terminal.out(text.endsWith('\n') ? text : `${text}\n`);
  return EXIT.clean;
}
