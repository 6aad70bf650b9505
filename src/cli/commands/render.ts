import { RUNTIMES } from '../../runtimes/registry.js';
import { common, FAIL_ON, single, terminalOf, withReports, type AddCommand } from '../options.js';

/** `stowage render` */
export const render: AddCommand = (cli, finish) =>
  cli.command(
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
        .option('fail-on', {
          ...FAIL_ON,
          describe: 'Write nothing and exit 1 from this severity on',
        })
        .option('watch', {
          type: 'boolean',
          default: false,
          describe: 'Render again whenever an input changes, until interrupted',
        }),
    async (args) => {
      const { check, diff, force } = args;
      const part = { services: args.service ?? [], runtimes: args.runtime ?? [] };
      single('fail-on', args['fail-on']);
      const own = { check, diff, force, failOn: args['fail-on'], out: single('out', args.out) };
      const options = { ...common(args), ...own, ...part };
      const { watch } = args.watch ? await import('../watch.js') : { watch: null };
      const { render } = await import('../render.js');
      finish(await (watch ?? render)(options, terminalOf(args)));
    },
  );
