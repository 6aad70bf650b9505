import { common, terminalOf, type AddCommand } from '../options.js';

/** `stowage init` */
export const init: AddCommand = (cli, finish) =>
  cli.command(
    'init [dir]',
    'Write a commented policy, an example contract, a pre-commit stanza and schemas; overwrites nothing',
    (command) =>
      command.positional('dir', { type: 'string', default: '.', describe: 'Folder to write into' }),
    async (args) => {
      const { init } = await import('../init.js');
      finish(init(args.dir, common(args), terminalOf(args)));
    },
  );
