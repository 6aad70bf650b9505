import { common, FAIL_ON, single, terminalOf, type AddCommand } from '../options.js';

/** `stowage schedule` */
export const schedule: AddCommand = (cli, finish) =>
  cli.command(
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
        .option('fail-on', FAIL_ON),
    async (args) => {
      const { schedule } = await import('../schedule.js');
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
