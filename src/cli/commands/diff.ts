import { common, single, terminalOf, withComments, type AddCommand } from '../options.js';

/** `stowage diff` */
export const diff: AddCommand = (cli, finish) =>
  cli.command(
    'diff',
    'Say what a change means for the data, compared with a commit or a folder',
    (command) =>
      withComments(command)
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
      const { diff } = await import('../diff.js');
      single('fail-on', args['fail-on']);
      const compared = { base: single('base', args.base), from: single('from', args.from) };
      finish(await diff({ ...common(args), ...compared, failOn: args['fail-on'] }, terminalOf(args)));
    },
  );
