import type { Argv } from 'yargs';
import type { ExitCode } from './exit-codes.js';
import {
  COMMENT_FORMATS,
  REPORT_FORMATS,
  type BasicFormat,
  type CommentFormat,
  type CommonOptions,
  type ReportFormat,
} from './project.js';
import { processTerminal, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** The options that every command has. */
export function withCommonOptions(cli: Argv) {
  return cli
    .option('config', {
      type: 'string',
      requiresArg: true,
      describe: 'The policy; by default stowage.yml, here or in a folder above',
    })
    .option('format', {
      choices: ['text', 'json'] as const,
      default: 'text' as const,
      describe: 'Form of the output',
    })
    .option('color', {
      type: 'boolean',
      describe: 'Colour, even when this is no terminal; --no-color for none',
    })
    .option('quiet', {
      type: 'boolean',
      default: false,
      describe: 'Say nothing but errors and what was asked for',
    });
}

export type Common = ReturnType<typeof withCommonOptions> extends Argv<infer T> ? T : never;

/** An option that was given twice arrives as a list; which one was meant is not ours to guess. */
export function single(name: string, value: unknown): string | undefined {
  if (Array.isArray(value)) throw new UsageError(`\`--${name}\` is given more than once`);
  if (value === '') throw new UsageError(`\`--${name}\` is empty`);
  return typeof value === 'string' ? value : undefined;
}

/** The common options of a command that prints in these formats. */
export type Printing<Format> = Omit<Common, 'format'> & { readonly format: Format };

/** What the common options ask for. */
export function common<Format extends string>(args: Printing<Format>): CommonOptions<Format> {
  single('format', args.format);
  return { config: single('config', args.config), format: args.format, quiet: args.quiet };
}

/** A command that also writes reports; yargs adds these choices to those that every command has. */
export function withReports(cli: Argv<Common>): Argv<Printing<BasicFormat | ReportFormat>> {
  return cli.choices('format', REPORT_FORMATS) as Argv<Omit<Common, 'format'>> as Argv<
    Printing<BasicFormat | ReportFormat>
  >;
}

/** A command whose findings go into pull requests too. */
export function withComments(cli: Argv<Common>): Argv<Printing<CommentFormat>> {
  return cli.choices('format', COMMENT_FORMATS) as Argv<Omit<Common, 'format'>> as Argv<
    Printing<CommentFormat>
  >;
}

/** `--fail-on` of commands whose findings are those of the project. */
export const FAIL_ON = {
  choices: ['error', 'warning'] as const,
  default: 'error' as const,
  describe: 'Exit 1 from this severity on',
};

/** The terminal as the common options want it. */
export function terminalOf(args: Pick<Common, 'color' | 'quiet'>): Terminal {
  return processTerminal(args.color, args.quiet);
}

/** A command gives its exit code here, because yargs hands on no return values. */
export type Finish = (code: ExitCode) => void;

/** Adds one command to the command line. */
export type AddCommand = (cli: Argv<Common>, finish: Finish) => Argv<Common>;
