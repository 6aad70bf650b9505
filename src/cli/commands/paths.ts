import { common, terminalOf, type AddCommand } from '../options.js';

/** `stowage paths` */
export const paths: AddCommand = (cli, finish) =>
  cli.command(
    'paths [service...]',
    'Show where each persistent volume lives, per runtime',
    (command) =>
      command.positional('service', { type: 'string', array: true, describe: 'Only these services' }),
    async (args) => {
      const { paths } = await import('../paths.js');
      finish(await paths(args.service ?? [], common(args), terminalOf(args)));
    },
  );
