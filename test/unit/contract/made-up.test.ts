import { expect, test } from '@jest/globals';
import { loadContracts } from '../../../src/contract/load.js';
import { madeUpContract } from '../../../src/contract/made-up.js';
import { NO_VALUES } from '../../support/values.js';

test('a made-up contract is what reading the shortest one gives', () => {
  const text =
    'service_id: app\nruntime_templates: { baremetal: x }\n' +
    'mounts: { persistent_volumes: [{ name: data, path: /srv/app }] }\n';
  const { contracts, diagnostics } = loadContracts([{ file: 'app.yml', text }], NO_VALUES);
  expect(diagnostics).toEqual([]);
  const { document, persistent_volumes, ...rest } = madeUpContract('app');
  expect(document.file).toBe('app.yml');
  expect(contracts).toEqual([
    expect.objectContaining({
      ...rest,
      persistent_volumes: persistent_volumes.map((volume) => ({ ...volume, pointer: expect.anything() })),
    }),
  ]);
  expect(Object.keys(madeUpContract('app')).sort()).toEqual(Object.keys(contracts[0] ?? {}).sort());
});
