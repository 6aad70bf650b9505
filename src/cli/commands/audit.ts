import { common, single, terminalOf, withComments, type AddCommand } from '../options.js';

/** `stowage audit` */
export const audit: AddCommand = (cli, finish) =>
  cli.command(
    'audit [snapshots..]',
    'Compare the snapshots that exist with those that should',
    (command) =>
      withComments(command)
        .positional('snapshots', {
          type: 'string',
          array: true,
          default: [] as string[],
          describe: 'NAME=FILE: what `restic snapshots --json` printed for that repository; - for stdin',
        })
        .option('at', {
          type: 'string',
          requiresArg: true,
          describe: 'As of this time (ISO 8601); by default now',
        }),
    async (args) => {
      const { audit } = await import('../audit.js');
      const options = { ...common(args), snapshots: args.snapshots, at: single('at', args.at) };
      finish(await audit(options, terminalOf(args)));
    },
  );
