import { loadValues, NO_VALUES, stackOf } from '../../src/contract/values.js';

export { NO_VALUES };

/** What files of these texts say; later ones win. */
export function valuesOf(...texts: readonly string[]) {
  return stackOf(texts.map((text, index) => loadValues({ file: `values${index}.yml`, text }).layer));
}
