import { expect, test } from '@jest/globals';
import { loadInventory } from '../../../src/contract/inventory.js';
import { stackOf } from '../../../src/contract/values.js';
import { LiteralText, VaultedValue } from '../../../src/source/yaml-values.js';

function inventoryOf(value: unknown) {
  const { inventory, diagnostics } = loadInventory({
    file: 'inventory.json',
    text: JSON.stringify(value, null, 4),
  });
  return { inventory, found: diagnostics.map(({ code, span }) => `${code} ${span.file}:${span.line}`) };
}

/** As `ansible-inventory --list --export` printed it (core 2.19), shortened. */
const EXPORTED = {
  _meta: { hostvars: { db1: { b: 'host', runtime: 'proxmox' }, web1: { runtime: 'docker' } }, profile: 'x' },
  all: { children: ['ungrouped', 'prod', 'early', 'prio'], vars: { a: 'all', b: 'all', c: 'all', d: 'all' } },
  db: { hosts: ['db1'], vars: { b: 'db' } },
  early: { hosts: ['web1'], vars: { d: 'early', e: 'early' } },
  prio: { hosts: ['web1'], vars: { a: 'prio', e: 'prio', ansible_group_priority: 10 } },
  prod: { children: ['web', 'db'], vars: { a: 'prod', c: 'prod', e: 'prod' } },
  web: { hosts: ['web2', 'web1'], vars: { a: 'web' } },
};

function variables(value: unknown, host: string) {
  const { inventory } = inventoryOf(value);
  const values = stackOf(inventory?.layersOf(host) ?? []);
  return Object.fromEntries(values.names().map((name) => [name, values.get(name)?.value]));
}

test('groups win by depth, priority and name, and the host over all of them', () => {
  expect(variables(EXPORTED, 'web1')).toMatchObject({ a: 'web', b: 'all', c: 'prod', d: 'early', e: 'prio' });
  expect(variables(EXPORTED, 'db1')).toMatchObject({ a: 'prod', b: 'host', c: 'prod' });
});

test('what is flattened already is taken as it is', () => {
  const flat = {
    _meta: { hostvars: { web1: { a: 1 } } },
    all: { children: ['web'] },
    web: { hosts: ['web1', 'web2'] },
  };
  expect(variables(flat, 'web1')).toEqual({ a: 1 });
  expect(inventoryOf(flat).inventory?.layersOf('web2')).toEqual([]);
  expect(inventoryOf(flat).inventory?.layersOf('web3')).toBeNull();
});

test("hosts come in the inventory's order, those of groups in groups too", () => {
  const { inventory } = inventoryOf(EXPORTED);
  expect(inventory?.hosts).toEqual(['web2', 'web1', 'db1']);
  expect(inventory?.hostsOf('prod')).toEqual(['web2', 'web1', 'db1']);
  expect(inventory?.hostsOf('all')).toEqual(inventory?.hosts);
  expect(inventory?.hostsOf('nope')).toBeNull();
});

test('a value knows its line, and vaulted and unsafe text what it is', () => {
  const { inventory } = inventoryOf({
    _meta: {
      hostvars: {
        web1: {
          secret: { __ansible_vault: '$ANSIBLE_VAULT;1.1;AES256\n3839\n' },
          list: [{ __ansible_unsafe: '{{ x }}' }, { __ansible_unsafe: 'plain' }],
        },
      },
    },
  });
  const values = stackOf(inventory?.layersOf('web1') ?? []);
  expect(values.get('secret')?.value).toBeInstanceOf(VaultedValue);
  expect(values.get('list')?.value).toEqual([new LiteralText('{{ x }}'), 'plain']);
  const { document, pointer } = values.get('list') ?? {};
  expect(document?.span(pointer ?? []).line).toBe(8);
});

test.each([
  ['an inventory as people write it', { all: { hosts: { web1: { runtime: 'docker' } } } }],
  ['with the part of the variables', { _meta: {}, all: { hosts: { web1: {} } } }],
  ['a list', ['web1']],
])('%s is none', (_, value) => {
  const { inventory, found } = inventoryOf(value);
  expect(inventory).toBeNull();
  expect(found).toEqual(['STW217 inventory.json:1']);
});

test('groups that hold each other have an end', () => {
  const circle = { _meta: { hostvars: {} }, a: { children: ['b'], hosts: ['x'] }, b: { children: ['a'] } };
  const { inventory } = inventoryOf(circle);
  expect(inventory?.hostsOf('b')).toEqual(['x']);
  expect(inventory?.layersOf('x')).toEqual([]);
});
