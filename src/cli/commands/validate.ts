import { common, FAIL_ON, single, terminalOf, withReports, type AddCommand } from '../options.js';

/** `stowage validate` */
export const validate: AddCommand = (cli, finish) =>
  cli.command(
    'validate',
    'Load everything and print every problem at once',
    (command) => withReports(command).option('fail-on', FAIL_ON),
    async (args) => {
      const { validate } = await import('../validate.js');
      single('fail-on', args['fail-on']);
      finish(await validate({ ...common(args), failOn: args['fail-on'] }, terminalOf(args)));
    },
  );
