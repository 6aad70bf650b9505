import { asList, asMapping, asTexts } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { isReference, isSecretOption } from '../source/secrets.js';
import type { Mapping } from '../source/yaml-values.js';
import type { Commands } from '../model/contract.js';

/** Where neither contract nor policy gives any. */
export const NO_COMMANDS: Commands = { stop: null, start: null, exec: null };

/** Reads `commands` of a contract's `backup` block or of a deployment. */
export function readCommands(findings: Findings, given: Mapping, pointer: Pointer): Commands {
  const commands = asMapping(given.commands);
  const read = (name: keyof Commands): readonly string[] | null => {
    checkArguments(findings, commands[name], [...pointer, 'commands', name]);
    const command = asTexts(commands[name]);
    return command.length === 0 ? null : command;
  };
  return { stop: read('stop'), start: read('start'), exec: read('exec') };
}

/** `--password`, then the password as the next argument. */
export function checkArguments(findings: Findings, value: unknown, pointer: Pointer): void {
  const command = asList(value);
  for (const [index, argument] of command.entries()) {
    const option = command[index - 1];
    if (typeof option !== 'string' || typeof argument !== 'string') continue;
    if (!isSecretOption(option) || isReference(argument)) continue;
    findings.error(
      'STW027',
      [...pointer, index],
      'this holds a literal password, which would end up in the rendered files',
      {
        hint: 'name a file or an environment variable that holds it instead',
        sensitive: true,
      },
    );
  }
}
