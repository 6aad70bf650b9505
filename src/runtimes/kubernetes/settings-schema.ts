import type { SettingsSchema } from '../runtime.js';
import { METHOD_NAMES, methodOf } from './methods/registry.js';

/** The methods, from their own list. */
export function settingsSchema(source: SettingsSchema): SettingsSchema {
  const method = {
    ...source.properties.method,
    description: `How claims are backed up: by restic itself (${methods(true)}), or by an operator that runs in the cluster (${methods(false)}).`,
    enum: METHOD_NAMES,
  };
  return { ...source, properties: { ...source.properties, method } };
}

/** Those whose pods are ours, or an operator's. */
function methods(areOurs: boolean): string {
  return METHOD_NAMES.filter((method) => (methodOf({ method }).restic === 'ours') === areOurs)
    .map((name) => `\`${name}\``)
    .join(', ');
}
