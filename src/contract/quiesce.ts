import type { CommandLine, Hooks, Quiesce } from '../model/quiesce.js';
import { asList, asMapping, asText, asTexts } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { checkName, HELD_NAME } from '../source/name-rules.js';
import { suggestionHint } from '../source/suggest.js';
import type { Mapping } from '../source/yaml-values.js';
import { checkArguments } from './commands.js';
import { readMinutes } from './settings.js';

const MODES = ['none', 'pause', 'stop', 'commands'] as const;
const USUAL = { quiesce: 2, hook: 10 };
/** A backup waits for them. */
const LONGEST = 1440;

/** Reads `backup.quiesce`: a mode, or a mapping with one. Null where nothing stands still. */
export function readQuiesce(findings: Findings, block: Mapping): Quiesce | null {
  const pointer: Pointer = ['backup', 'quiesce'];
  const isWord = typeof block.quiesce === 'string';
  const given = isWord ? { mode: block.quiesce } : asMapping(block.quiesce);
  if (Object.keys(given).length === 0) return null;
  const word = asText(given.mode);
  const mode = MODES.find((each) => each === word);
  if (mode === undefined) {
    const hint = (word === null ? null : suggestionHint(word, MODES)) ?? `use ${MODE_LIST}`;
    const message = word === null ? '`quiesce` says no `mode`' : `\`quiesce\` knows no mode \`${word}\``;
    findings.error('STW126', word === null || isWord ? pointer : [...pointer, 'mode'], message, { hint });
    return null;
  }
  const lines = (key: 'before' | 'after') => readLines(findings, given, [...pointer, key]);
  const [before, after] = [lines('before'), lines('after')];
  const services = asTexts(given.services).filter((name, index) =>
    checkName(findings, [...pointer, 'services', index], name, HELD_NAME),
  );
  checkMode(findings, { mode, services, before }, pointer);
  if (mode === 'none') return null;
  return { mode, services, before, after, timeout: limit(findings, given, pointer, USUAL.quiesce), pointer };
}

const MODE_LIST = MODES.map((mode) => `\`${mode}\``).join(', ');

/** Keys that would do nothing, and a mode that has nothing to do. */
function checkMode(
  findings: Findings,
  { mode, services, before }: { mode: string; services: readonly string[]; before: readonly CommandLine[] },
  pointer: Pointer,
): void {
  if (mode === 'commands' && before.length === 0) {
    findings.error('STW126', pointer, '`quiesce` by commands has no `before`', {
      part: 'key',
      hint: 'add `before:` with the commands that make the service stand still, and `after:` with those that end it',
    });
  }
  if (mode === 'commands' && services.length > 0) {
    const message = '`quiesce` by commands has no use for `services`';
    const hint = 'take it out, or use `pause` or `stop`';
    findings.error('STW126', [...pointer, 'services'], message, { part: 'key', hint });
  }
}

/** Reads `backup.hooks`; null where there are none. */
export function readHooks(findings: Findings, block: Mapping): Hooks | null {
  const pointer: Pointer = ['backup', 'hooks'];
  const given = asMapping(block.hooks);
  const lines = (key: string) => readLines(findings, given, [...pointer, key]);
  const hooks = {
    before: lines('before'),
    after: lines('after'),
    on_success: lines('on_success'),
    on_failure: lines('on_failure'),
  };
  if (Object.values(hooks).every(({ length }) => length === 0)) return null;
  return { ...hooks, timeout: limit(findings, given, pointer, USUAL.hook), pointer };
}

function limit(findings: Findings, given: Mapping, pointer: Pointer, usual: number): number {
  return readMinutes(findings, given.timeout, [...pointer, 'timeout'], { min: 1, max: LONGEST }) ?? usual;
}

/** Commands as lists of words; a text is one for the shell. */
function readLines(findings: Findings, given: Mapping, pointer: Pointer): CommandLine[] {
  return asList(given[String(pointer.at(-1))]).flatMap((line, index): CommandLine[] => {
    const text = asText(line);
    if (text !== null) {
      checkArguments(findings, text.split(/\s+/), [...pointer, index]);
      return [['sh', '-c', text]];
    }
    checkArguments(findings, line, [...pointer, index]);
    const words = asTexts(line);
    return words.length === 0 ? [] : [words];
  });
}
