import { terminalOf, type AddCommand } from '../options.js';

/** `stowage schema` */
export const schema: AddCommand = (cli, finish) =>
  cli.command(
    'schema <kind>',
    'Print the JSON Schema of the policy or of contracts',
    (command) =>
      command.positional('kind', {
        choices: ['policy', 'contract'] as const,
        demandOption: true,
        describe: 'Which',
      }),
    async (args) => {
      const { schema } = await import('../schema.js');
      finish(schema(args.kind, terminalOf(args)));
    },
  );
