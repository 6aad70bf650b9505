import { loadValues, stackOf } from '../../src/contract/values.js';

/** Without values files. */
export const NO_VALUES = stackOf([]);

/** What files of these texts say; later ones win. */
export function valuesOf(...texts: readonly string[]) {
  return stackOf(texts.map((text, index) => loadValues({ file: `values${index}.yml`, text }).layer));
}
