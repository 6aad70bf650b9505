import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadContracts } from '../../src/contract/load.js';
import { NO_VALUES } from '../support/values.js';

/**
 * Every key of the live framework's contract schema (JamesonRGrieve/shma-infrastructure, schemas/service.schema.yml at
 * 052f2f8), and those that its samples hold besides, by the mapping that they stand in.
 */
const LIVE = {
  '': `service_id service_name service_unit_name service_image service_ip service_port service_ports service_env
    service_volumes service_networks ingress service_unit service_packages service_files service_services
    service_commands service_resources service_namespace service_replicas service_storage_gb service_storage_size
    service_gateway service_container needs_container_runtime version requires exports mounts health secrets
    runtime_templates service_security service_restart kubernetes storage quadlet_scope services`,
  'service_volumes[]': 'name source host_path host_path_type target mode driver size',
  mounts: 'persistent_volumes ephemeral_mounts',
  'persistent_volumes[]': 'name path description',
  'ephemeral_mounts[]': 'name path apply_to medium size mode read_only runtimes',
  health: 'cmd interval timeout retries',
  service_container: `vmid hostname ostemplate disk cores memory swap interface bridge cidr gateway onboot
    unprivileged features`,
  service_security: `user run_as_user run_as_group read_only_root_filesystem capabilities_drop no_new_privileges
    allow_privilege_escalation capability_bounding_set apparmor_profile private_tmp protect_system protect_home
    system_call_filter`,
  kubernetes: 'pvc',
  pvc: 'name size storageClassName',
  'services[]': `name image container_name command ports environment env_file depends_on networks restart labels
    healthcheck volumes`,
  'requires[]': 'name version exports_hash',
} as const;

type Place = keyof typeof LIVE;
type Value = unknown;

/** What the keys hold; any text where it does not matter. */
const VALUES: Readonly<Record<string, (pick: (place: Place) => Value) => Value>> = {
  service_id: () => 'app',
  service_volumes: (pick) => [pick('service_volumes[]')],
  persistent_volumes: (pick) => [pick('persistent_volumes[]')],
  ephemeral_mounts: (pick) => [pick('ephemeral_mounts[]')],
  mounts: (pick) => pick('mounts'),
  health: (pick) => pick('health'),
  service_container: (pick) => pick('service_container'),
  service_security: (pick) => pick('service_security'),
  kubernetes: (pick) => pick('kubernetes'),
  pvc: (pick) => pick('pvc'),
  services: (pick) => [pick('services[]')],
  requires: (pick) => [pick('requires[]')],
  runtime_templates: () => ({ docker: 'd.j2' }),
  host_path: () => '/srv/app',
  target: () => '/data',
  path: () => '/data',
  vmid: () => 120,
  service_storage_gb: () => 5,
  volumes: () => [],
  cmd: () => [],
};

/** Codes of what is wrong with a contract; JSON is YAML. */
function codesOf(contract: Value): string[] {
  const input = { file: 'contract.yml', text: JSON.stringify(contract) };
  return loadContracts([input], NO_VALUES).diagnostics.map(({ code }) => code);
}

/** A contract that holds the live keys for which `keep` says so. */
function liveContract(keep: (place: Place, key: string) => boolean): Value {
  const pick = (place: Place): Value =>
    Object.fromEntries(
      LIVE[place]
        .split(/\s+/)
        .filter((key) => keep(place, key))
        .map((key) => [key, VALUES[key]?.(pick) ?? 'x']),
    );
  return pick('');
}

test('no key of the live framework is taken for a misspelt one, whichever others are missing', () => {
  const places = (Object.keys(LIVE) as Place[]).flatMap((place) =>
    LIVE[place].split(/\s+/).map((key) => `${place} ${key}`),
  );
  fc.assert(
    fc.property(fc.subarray(places), (chosen) => {
      const kept = new Set(chosen);
      expect(codesOf(liveContract((place, key) => kept.has(`${place} ${key}`)))).not.toContain('STW109');
    }),
    { numRuns: 300 },
  );
});

test('each live key is silent as the only one of its mapping', () => {
  for (const place of Object.keys(LIVE) as Place[]) {
    for (const key of LIVE[place].split(/\s+/)) {
      const above = (other: Place) => other !== place;
      const contract = liveContract((other, name) => above(other) || name === key);
      expect([place, key, codesOf(contract)]).not.toEqual([place, key, expect.arrayContaining(['STW109'])]);
    }
  }
});

test('a key that decides where data is, with one letter lost, doubled or swapped, is never silent', () => {
  const keys = [
    'host_path',
    'source',
    'service_volumes',
    'service_namespace',
    'service_container',
    'quadlet_scope',
    'persistent_volumes',
    'mounts',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...keys),
      fc.nat(),
      fc.constantFrom('lost', 'doubled', 'swapped'),
      (key, place, how) => {
        const at = place % (key.length - 1);
        const [letter = '', next = ''] = key.slice(at);
        const typo = {
          lost: key.slice(0, at) + key.slice(at + 1),
          doubled: key.slice(0, at) + letter + key.slice(at),
          swapped: key.slice(0, at) + next + letter + key.slice(at + 2),
        }[how];
        fc.pre(typo !== key);
        const text = JSON.stringify(liveContract(() => true)).replaceAll(`"${key}":`, `"${typo}":`);
        const codes = codesOf(JSON.parse(text));
        expect(codes.some((code) => code === 'STW109' || code === 'STW021')).toBe(true);
      },
    ),
  );
});
