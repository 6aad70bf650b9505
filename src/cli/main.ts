import yargs, { type Argv } from 'yargs';
import { RUNTIMES } from '../contract/contract.js';
import type { DiffFormat } from './diff.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { REPORT_FORMATS, type BasicFormat, type CommonOptions, type ReportFormat } from './project.js';
import { processTerminal, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';
import { usageError } from './usage.js';
import { VERSION } from './version.js';

function withCommonOptions(cli: Argv) {
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

type Common = ReturnType<typeof withCommonOptions> extends Argv<infer T> ? T : never;

/** An option that was given twice arrives as a list; which one was meant is not ours to guess. */
function single(name: string, value: unknown): string | undefined {
  if (Array.isArray(value)) throw new UsageError(`\`--${name}\` is given more than once`);
  if (value === '') throw new UsageError(`\`--${name}\` is empty`);
  return typeof value === 'string' ? value : undefined;
}

/** The common options of a command that prints in these formats. */
type Printing<Format> = Omit<Common, 'format'> & { readonly format: Format };

function common<Format extends string>(args: Printing<Format>): CommonOptions<Format> {
  single('format', args.format);
  return { config: single('config', args.config), format: args.format, quiet: args.quiet };
}

/** A command that also writes reports; yargs adds these choices to those that every command has. */
function withReports(cli: Argv<Common>): Argv<Printing<BasicFormat | ReportFormat>> {
  return cli.choices('format', REPORT_FORMATS) as Argv<Omit<Common, 'format'>> as Argv<
    Printing<BasicFormat | ReportFormat>
  >;
}

function terminalOf(args: Pick<Common, 'color' | 'quiet'>): Terminal {
  return processTerminal(args.color, args.quiet);
}

/** A command gives its exit code here, because yargs hands on no return values. */
type Finish = (code: ExitCode) => void;

function addWriters(cli: Argv<Common>, finish: Finish): Argv<Common> {
  return cli
    .command(
      'init [dir]',
      'Write a commented policy, an example contract, a pre-commit stanza and schemas; overwrites nothing',
      (command) =>
        command.positional('dir', { type: 'string', default: '.', describe: 'Folder to write into' }),
      async (args) => {
        const { init } = await import('./init.js');
        finish(init(args.dir, common(args), terminalOf(args)));
      },
    )
    .command('validate', 'Load everything and print every problem at once', withReports, async (args) => {
      const { validate } = await import('./validate.js');
      finish(await validate(common(args), terminalOf(args)));
    });
}

function addRender(cli: Argv<Common>, finish: Finish): Argv<Common> {
  return cli.command(
    'render',
    'Write the output tree',
    (command) =>
      withReports(command)
        .option('check', {
          type: 'boolean',
          default: false,
          describe: 'Write nothing; exit 1 if the tree differs',
        })
        .option('diff', {
          type: 'boolean',
          default: false,
          describe: 'Write nothing; print a unified diff',
        })
        .option('service', {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'Only files of this service (a name or glob; may be repeated)',
        })
        .option('runtime', {
          choices: RUNTIMES,
          array: true,
          nargs: 1,
          describe: 'Only files of this runtime (may be repeated)',
        })
        .option('out', {
          type: 'string',
          requiresArg: true,
          describe: "Folder to write; by default the policy's output",
        })
        .option('force', {
          type: 'boolean',
          default: false,
          describe: 'Give up generated files that were edited by hand',
        })
        .option('watch', {
          type: 'boolean',
          default: false,
          describe: 'Render again whenever an input changes, until interrupted',
        }),
    async (args) => {
      const { check, diff, force } = args;
      const part = { services: args.service ?? [], runtimes: args.runtime ?? [] };
      const options = { ...common(args), check, diff, force, ...part, out: single('out', args.out) };
      const { watch } = args.watch ? await import('./watch.js') : { watch: null };
      const { render } = await import('./render.js');
      finish(await (watch ?? render)(options, terminalOf(args)));
    },
  );
}

function addDiff(cli: Argv<Common>, finish: Finish): Argv<Common> {
  return cli.command(
    'diff',
    'Say what a change means for the data, compared with a commit or a folder',
    (command) =>
      (
        command.choices('format', ['markdown', 'sarif', 'github'] as const) as Argv<
          Omit<Common, 'format'>
        > as Argv<Printing<DiffFormat>>
      )
        .option('base', {
          type: 'string',
          requiresArg: true,
          describe: 'Compare with this commit, branch or tag',
        })
        .option('from', {
          type: 'string',
          requiresArg: true,
          describe: 'Compare with this folder: a project or a rendered tree',
        })
        .option('fail-on', {
          choices: ['critical', 'warning', 'none'] as const,
          default: 'critical' as const,
          describe: 'Exit 1 from this severity on',
        }),
    async (args) => {
      const { diff } = await import('./diff.js');
      single('fail-on', args['fail-on']);
      const compared = { base: single('base', args.base), from: single('from', args.from) };
      finish(await diff({ ...common(args), ...compared, failOn: args['fail-on'] }, terminalOf(args)));
    },
  );
}

function addSchedule(cli: Argv<Common>, finish: Finish): Argv<Common> {
  return cli.command(
    'schedule',
    'Show when every job runs next, the load of the day, and what collides',
    (command) =>
      command
        .option('at', {
          type: 'string',
          requiresArg: true,
          describe: 'As of this time (ISO 8601); by default now',
        })
        .option('count', {
          type: 'number',
          requiresArg: true,
          default: 3,
          describe: 'Runs to show of each job',
        })
        .option('host', { type: 'string', requiresArg: true, describe: 'Only jobs on this host' })
        .option('repository', { type: 'string', requiresArg: true, describe: 'Only jobs of this repository' })
        .option('cron', { type: 'string', requiresArg: true, describe: 'One expression, without a project' })
        .option('timezone', {
          type: 'string',
          requiresArg: true,
          describe: 'Time zone of --cron; by default UTC',
        })
        .option('simulate', {
          type: 'number',
          requiresArg: true,
          describe: 'Plan a made-up fleet of so many services',
        })
        .option('fail-on', {
          choices: ['error', 'warning'] as const,
          default: 'error' as const,
          describe: 'Exit 1 from this severity on',
        }),
    async (args) => {
      const { schedule } = await import('./schedule.js');
      const text = (name: 'at' | 'host' | 'repository' | 'cron' | 'timezone') => single(name, args[name]);
      const options = {
        ...common(args),
        at: text('at'),
        count: args.count,
        host: text('host'),
        repository: text('repository'),
        cron: text('cron'),
        timezone: text('timezone'),
        simulate: args.simulate,
        failOn: args['fail-on'],
      };
      finish(await schedule(options, terminalOf(args)));
    },
  );
}

function addReport(cli: Argv<Common>, finish: Finish): Argv<Common> {
  return cli.command(
    'report',
    'Write one page about coverage, times, retention and restores, for a browser or a wiki',
    (command) =>
      command
        .option('format', {
          choices: ['html', 'markdown'] as const,
          default: 'html' as const,
          describe: 'Form of the page',
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
      const { report } = await import('./report.js');
      const given = { config: single('config', args.config), quiet: args.quiet, force: args.force };
      single('format', args.format);
      const options = {
        ...given,
        format: args.format,
        out: single('out', args.out),
        at: single('at', args.at),
      };
      finish(await report(options, terminalOf(args)));
    },
  );
}

function addReaders(cli: Argv<Common>, finish: Finish): Argv<Common> {
  return cli
    .command(
      'paths [service...]',
      'Show where each persistent volume lives, per runtime',
      (command) =>
        command.positional('service', { type: 'string', array: true, describe: 'Only these services' }),
      async (args) => {
        const { paths } = await import('./paths.js');
        finish(await paths(args.service ?? [], common(args), terminalOf(args)));
      },
    )
    .command(
      'explain <place>',
      'Say which contract, keys, rule and template made a file of the tree, or one line of it',
      (command) =>
        command.positional('place', {
          type: 'string',
          demandOption: true,
          describe: 'PATH or PATH:LINE, as in rendered/README.md:12',
        }),
      async (args) => {
        const { explain } = await import('./explain.js');
        finish(await explain({ ...common(args), place: args.place }, terminalOf(args)));
      },
    )
    .command(
      'schema <kind>',
      'Print the JSON Schema of the policy or of contracts',
      (command) =>
        command.positional('kind', {
          choices: ['policy', 'contract'] as const,
          demandOption: true,
          describe: 'Which',
        }),
      async (args) => {
        const { schema } = await import('./schema.js');
        finish(schema(args.kind, terminalOf(args)));
      },
    )
    .completion('completion', 'Print a script that completes commands in bash or zsh');
}

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
  const commands = [addWriters, addRender, addDiff, addReport, addSchedule, addReaders];
  const complete = commands
    .reduce((built, add) => add(built, finish), cli)
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
