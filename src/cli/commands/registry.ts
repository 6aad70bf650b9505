import type { AddCommand } from '../options.js';
import { audit } from './audit.js';
import { diff } from './diff.js';
import { explain } from './explain.js';
import { init } from './init.js';
import { paths } from './paths.js';
import { render } from './render.js';
import { report } from './report.js';
import { schedule } from './schedule.js';
import { schema } from './schema.js';
import { validate } from './validate.js';

/** Every command, in the order of the help. A command's own code is loaded when it is the one to run. */
export const COMMANDS: readonly AddCommand[] = [
  init,
  validate,
  render,
  diff,
  audit,
  report,
  schedule,
  paths,
  explain,
  schema,
];
