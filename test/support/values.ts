import { loadValues } from '../../src/contract/values.js';

/** Without values files. */
export const NO_VALUES = loadValues([]).values;
