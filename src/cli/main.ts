import yargs from 'yargs';
import { COMMANDS } from './commands/registry.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { withCommonOptions, type Finish } from './options.js';
import { usageError } from './usage.js';
import { VERSION } from './version.js';

/**
 * Runs one command line (without the program's name) and gives its exit code. Throws UsageError for a command line
 * that makes no sense, and whatever I/O failures and bugs the command throws.
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.clean;
  const finish: Finish = (given) => {
    code = given;
  };
  const cli = withCommonOptions(
    yargs([...argv])
      .scriptName('stowage')
      .locale('en')
      .parserConfiguration({ 'camel-case-expansion': false, 'parse-positional-numbers': false })
      .usage('$0 <command>\n\nRenders restic backups for service contracts.'),
  );
  const complete = COMMANDS.reduce((built, add) => add(built, finish), cli)
    .completion('completion', 'Print a script that completes commands in bash or zsh')
    .version(VERSION)
    .help()
    .demandCommand(1, 'no command given')
    .strict()
    .exitProcess(false)
    .wrap(Math.min(110, process.stdout.columns || 100))
    .fail((message: string | null, error: Error | undefined) => {
      throw usageError(message, error, argv);
    });
  await complete.parseAsync();
  return code;
}
