import { describe, expect, test } from '@jest/globals';
import { loadPolicy } from '../../../src/policy/load.js';

function load(line: string) {
  const text = `version: 1
project: lab
contracts: services/*.yml
repositories:
  main:
    url: rest:http://backup:8000/infra
    maintenance: { host: backup1 }
    ${line}
`;
  const { policy, diagnostics } = loadPolicy({ file: 'stowage.yml', text });
  return { repository: policy?.repositories[0], diagnostics };
}

describe('when maintenance runs', () => {
  test.each([
    ['forget: "0 5 * * *"', 'forget', '0 5 * * *', 0],
    ['forget: { schedule: "@daily" }', 'forget', '@daily', 0],
    ['forget: { every: 6h }', 'forget', '0 */6 * * *', 90],
    ['forget: { every: 30m }', 'forget', '*/30 * * * *', 30],
    ['prune: { every: 7d }', 'prune', '0 0 * * 0', 90],
    ['prune: { window: "22:30-04:00" }', 'prune', '30 22 * * *', 330],
    ['prune: { every: 7d, window: "03:00-05:00" }', 'prune', '0 3 * * 0', 120],
    ['check: { every: 7d, window: "03:00-05:00", read_data_subsets: 4 }', 'check', '0 3 * * 0', 120],
    // Only what is left out has its usual time.
    ['check: { read_data_subsets: 4 }', 'check', '45 5 * * 0', 90],
  ] as const)('%s', (line, kind, schedule, spread) => {
    const { repository, diagnostics } = load(line);
    expect(diagnostics).toEqual([]);
    expect(repository?.times[kind]).toMatchObject({ schedule, spread });
    if (line.includes('subsets')) expect(repository?.read_data_subsets).toBe(4);
  });

  test.each([
    ['forget: { every: 7h }', 'STW702', 22],
    ['forget: { every: soon }', 'STW025', 22],
    ['prune: { window: "05:00-05:00" }', 'STW703', 22],
    ['prune: { window: "25:00-26:00" }', 'STW703', 22],
    ['prune: { every: 6h, window: "01:00-05:00" }', 'STW703', 33],
    ['check: { schedule: "0 1 * * *", every: 1d }', 'STW701', 37],
    ['check: { schedule: "0 1 31 2 *" }', 'STW212', 25],
    ['forget: { schedule: "0 25 * * *" }', 'STW212', 28],
    ['forget: {}', 'STW025', 13],
    ['forget: { evry: 1d }', 'STW020', 15],
    ['forget: { schedule: "0 1 * * *", spread: 1h }', 'STW020', 38],
    ['forget: [1]', 'STW022', 13],
  ])('%s is %s', (line, code, column) => {
    const { diagnostics } = load(line);
    expect(diagnostics.map((found) => `${found.code} ${found.span.line}:${found.span.column}`)).toEqual([
      `${code} 8:${column}`,
    ]);
  });
});
