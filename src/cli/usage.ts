import { didYouMean } from '../diagnostics/did-you-mean.js';
import { UsageError } from './usage-error.js';

/** Commands and options that a misspelt word may have meant. */
const COMMANDS = [
  'init',
  'validate',
  'render',
  'diff',
  'paths',
  'schedule',
  'report',
  'explain',
  'schema',
  'completion',
];
const OPTIONS = [
  ...['config', 'format', 'color', 'no-color', 'quiet', 'help', 'version'],
  ...['check', 'diff', 'service', 'runtime', 'out', 'force'],
  ...['base', 'from'],
  ...['at', 'count', 'host', 'repository', 'cron', 'timezone', 'simulate', 'fail-on'],
];

function unknownWord(word: string, argv: readonly string[]): UsageError {
  const isOption = argv.some((argument) => {
    const name = /^--?(?:no-)?([^=]*)/.exec(argument)?.[1];
    return (
      argument.startsWith('-') && (name === word || (word.length === 1 && name?.includes(word) === true))
    );
  });
  if (isOption) {
    const hint = didYouMean(word, OPTIONS)?.replace('`', '`--');
    return new UsageError(`unknown option \`${word.length === 1 ? '-' : '--'}${word}\``, hint);
  }
  const isCommand = argv.find((argument) => !argument.startsWith('-')) === word;
  if (isCommand)
    return new UsageError(`unknown command \`${word}\``, didYouMean(word, COMMANDS) ?? undefined);
  return new UsageError(`unexpected argument \`${word}\``);
}

/** The error that a failed parse means to us; an error that a command threw comes back as it is. */
export function usageError(message: string | null, error: Error | undefined, argv: readonly string[]): Error {
  if (error !== undefined && error.name !== 'YError') return error;
  const text = message ?? error?.message ?? 'wrong usage';
  const unknown = /^Unknown (?:argument|command)s?: ([^,]*)/.exec(text)?.[1];
  if (unknown !== undefined) return unknownWord(unknown, argv);
  const plain = text.replace(/\s*\n\s*/g, ' ').trim();
  return new UsageError(plain, 'see `stowage --help`');
}
