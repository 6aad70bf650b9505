import { expect, test } from '@jest/globals';
import { loadContracts, type Places } from '../../../src/contract/load.js';
import { NO_VALUES, valuesOf } from '../../support/values.js';

const WIKI = `service_id: wiki
service_namespace: own
service_volumes:
  - { name: data, target: /data, source: "{{ wiki_volume }}" }
service_container: { vmid: 100, hostname: wiki }
quadlet_scope: system
wiki_volume: own
mounts:
  persistent_volumes: [{ name: data, path: /data }]
runtime_templates: { docker: a, proxmox: b }
`;

function load(values: ReturnType<typeof valuesOf>, places?: Places) {
  const placesOf = places === undefined ? undefined : () => places;
  const { contracts, diagnostics } = loadContracts([{ file: 'wiki.yml', text: WIKI }], values, placesOf);
  const found = diagnostics.map(({ code, span, message }) => `${code} ${span.file}:${span.line} ${message}`);
  return { contract: contracts[0], found };
}

const place = (key: string, ...texts: string[]) => ({ key, where: key, values: valuesOf(...texts) });

test('values win over keys of a contract, a mapping as a whole', () => {
  const { contract, found } = load(
    valuesOf('service_namespace: prod\nservice_container: { vmid: 931 }\nquadlet_scope: user\nother: 1\n'),
  );
  expect(found).toEqual([]);
  expect(contract).toMatchObject({
    service_namespace: 'prod',
    service_volumes: [{ source: 'own' }],
    runtime_settings: { proxmox: { vmid: 931 }, podman: { quadlet_scope: 'user' } },
    document: { file: 'wiki.yml', value: { service_container: { vmid: 931 }, wiki_volume: 'own' } },
  });
  expect(contract?.document.value).not.toHaveProperty('other');
});

test('what values say is shown where they say it', () => {
  const { contract, found } = load(valuesOf('x: 1\nservice_volumes:\n  - { name: data, target: data }\n'));
  expect(contract).toBeUndefined();
  expect(found).toEqual(['STW102 values0.yml:3 `data` is not absolute']);
});

test('what no value says is shown in the contract, and a reference that leads elsewhere there', () => {
  const { contract } = load(valuesOf('service_namespace: prod\nwiki_volume: v\n'));
  const line = (...pointer: (string | number)[]) => {
    const { file, line: number } = contract?.document.span(pointer) ?? {};
    return `${file ?? ''}:${number ?? 0}`;
  };
  expect(line('service_id')).toBe('wiki.yml:1');
  expect(line('service_namespace')).toBe('values0.yml:1');
  expect(line('service_volumes', 0, 'target')).toBe('wiki.yml:4');
  expect(line('service_volumes', 0, 'source')).toBe('values0.yml:2');
});

test('a contract is read once for each set of values that makes a difference to it', () => {
  const { contract, found } = load(NO_VALUES, {
    plain: true,
    own: [
      place('a', 'wiki_volume: one\n'),
      place('b', 'wiki_volume: one\nunrelated: 1\n'),
      place('c', 'unrelated: 2\n'),
      place('d', 'wiki_volume: two\n'),
    ],
  });
  expect(found).toEqual([]);
  const { variants } = contract ?? { variants: new Map() };
  expect([...variants.keys()]).toEqual(['a', 'b', 'd']);
  expect(variants.get('a')).toBe(variants.get('b'));
  expect(variants.get('d')).toMatchObject({ service_volumes: [{ source: 'two' }] });
  expect(contract?.service_volumes).toMatchObject([{ source: 'own' }]);
});

test('without a place that has no values of its own, the first place is what the service is', () => {
  const { contract } = load(NO_VALUES, { plain: false, own: [place('a', 'wiki_volume: one\n')] });
  expect(contract?.service_volumes).toMatchObject([{ source: 'one' }]);
  expect(contract?.variants.size).toBe(0);
});

test('what is wrong in some places only says where', () => {
  const own = ['a', 'b', 'c', 'd', 'e'].map((key) =>
    place(key, key === 'e' ? '' : 'wiki_volume: "{{ nope }}"\n'),
  );
  expect(load(NO_VALUES, { plain: false, own }).found).toEqual([
    'STW110 values0.yml:1 `nope` is not defined (a, b, c and 1 more)',
  ]);
  expect(load(valuesOf('wiki_volume: "{{ nope }}"\n'), { plain: true, own: [] }).found).toEqual([
    'STW110 values0.yml:1 `nope` is not defined',
  ]);
});

test('a service has one id and one way to be backed up, and may have a Compose project on each host', () => {
  const own = (text: string): Places => ({ plain: true, own: [place('web1', text)] });
  expect(load(NO_VALUES, own('service_id: other\n')).found).toEqual([
    'STW116 values0.yml:1 `service_id` of `wiki` is another one for web1: files, units and snapshots are named after it',
  ]);
  expect(load(NO_VALUES, own('backup: { run_as: root, timeout: 1h }\n')).found).toEqual([
    'STW116 values0.yml:1 `backup.timeout` of `wiki` is another one for web1: a service is backed up in one way',
    'STW116 values0.yml:1 `backup.run_as` of `wiki` is another one for web1: a service is backed up in one way',
  ]);
  expect(load(NO_VALUES, own('backup: { compose_project: blue }\n')).found).toEqual([]);
});
