import { common, terminalOf, withReports, type AddCommand } from '../options.js';

/** `stowage validate` */
export const validate: AddCommand = (cli, finish) =>
  cli.command('validate', 'Load everything and print every problem at once', withReports, async (args) => {
    const { validate } = await import('../validate.js');
    finish(await validate(common(args), terminalOf(args)));
  });
