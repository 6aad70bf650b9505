import { UsageError } from '../usage-error.js';
import { single, terminalOf, type AddCommand } from '../options.js';

/** yargs adds choices to those that every command has, and a page is neither of these. */
function pageFormat(format: string | undefined): 'html' | 'markdown' {
  if (format === 'html' || format === 'markdown') return format;
  throw new UsageError(`a report is no \`${format ?? ''}\``, 'give `--format html` or `--format markdown`');
}

/** `stowage report` */
export const report: AddCommand = (cli, finish) =>
  cli.command(
    'report',
    'Write one page about coverage, times, retention and restores, for a browser or a wiki',
    (command) =>
      command
        .option('format', {
          choices: ['html', 'markdown'] as const,
          default: 'html' as const,
          describe: 'Form of the page: html or markdown',
        })
        .option('out', {
          type: 'string',
          requiresArg: true,
          describe: 'File to write; by default the page goes to stdout',
        })
        .option('force', {
          type: 'boolean',
          default: false,
          describe: 'Overwrite a file that is no report of ours',
        })
        .option('at', {
          type: 'string',
          requiresArg: true,
          describe:
            'As of this time (ISO 8601, or `now`); by default a fixed day, so that the page stays the same',
        }),
    async (args) => {
      const { report } = await import('../report.js');
      const given = { config: single('config', args.config), quiet: args.quiet, force: args.force };
      const format = pageFormat(single('format', args.format));
      const options = {
        ...given,
        format,
        out: single('out', args.out),
        at: single('at', args.at),
      };
      finish(await report(options, terminalOf(args)));
    },
  );
