import { common, terminalOf, type AddCommand } from '../options.js';

/** `stowage explain` */
export const explain: AddCommand = (cli, finish) =>
  cli.command(
    'explain <place>',
    'Say which contract, keys, rule and template made a file of the tree, or one line of it',
    (command) =>
      command.positional('place', {
        type: 'string',
        demandOption: true,
        describe: 'PATH or PATH:LINE, as in rendered/README.md:12',
      }),
    async (args) => {
      const { explain } = await import('../explain.js');
      finish(await explain({ ...common(args), place: args.place }, terminalOf(args)));
    },
  );
