import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Contract } from '../../../src/model/contract.js';
import { splitExpressions } from '../../../src/contract/expression.js';
import { loadContracts } from '../../../src/contract/load.js';
import { valuesOf } from '../../support/values.js';

const REST = `
mounts:
  persistent_volumes:
    - { name: data, path: /data }
runtime_templates: { docker: x }
`;

function load(text: string, ...valueTexts: string[]) {
  const { contracts, diagnostics } = loadContracts(
    [{ file: 'app.yml', text: text + REST }],
    valuesOf(...valueTexts),
  );
  const found = diagnostics.map(
    ({ code, span, message }) => `${code} ${span.file}:${span.line}:${span.column} ${message}`,
  );
  return { contract: contracts[0], found };
}

function good(text: string, ...valueTexts: string[]): Contract {
  const { contract, found } = load(text, ...valueTexts);
  expect(found).toEqual([]);
  if (contract === undefined) throw new Error('no contract');
  return contract;
}

describe('what references give', () => {
  test.each([
    ['{{ a }}', 'one'],
    ['{{a}}', 'one'],
    ['x-{{ a }}-{{ a }}', 'x-one-one'],
    ['{{ m.k }}', 'deep'],
    ["{{ m['k'] }}", 'deep'],
    ["{{ m['k.2'] }}", 'dotted'],
    ['{{ l.0 }}', 'first'],
    ['{{ l[1].x }}', 'second'],
    ['{{ nested }}', 'pre-one'],
    ['{{ number }}', '42'],
    ['n{{ number }}{{ flag }}', 'n42True'],
    ["{{ missing | default('d') }}", 'd'],
    ['{{ missing.deep | d("d") }}', 'd'],
    ["{{ empty | default('d', true) }}", 'd'],
    ["{{ empty | default('d') }}", ''],
    ["{{ a | default('d', true) }}", 'one'],
    ['{{ missing | default(7) }}', '7'],
    ["{{ missing | default('a }} b') }}", 'a }} b'],
  ])('%s', (expression, expected) => {
    const text = `service_id: app
a: one
m: { k: deep, k.2: dotted }
l: [first, { x: second }]
nested: "pre-{{ a }}"
number: 42
flag: true
empty: ""
service_name: ${JSON.stringify(expression)}
`;
    expect(good(text).service_name).toBe(expected === '' ? 'app' : expected);
  });

  test('a whole list, and a mapping inside one, keep their types and their own references', () => {
    const contract = good(
      'service_id: "{{ id }}"\nservice_volumes: "{{ volumes }}"\nservice_container: { vmid: "{{ vmid }}" }\nservice_storage_gb: "{{ gb }}"',
      'id: app\nroot: /srv\nvolumes:\n  - "{{ one }}"\n  - data:/x\none: { name: data, target: /data, host_path: "{{ root }}/{{ id }}" }\nvmid: "105"\ngb: 20\n',
    );
    expect(contract).toMatchObject({
      service_id: 'app',
      runtime_settings: { proxmox: { vmid: 105 } },
      service_storage_gb: 20,
    });
    expect(contract.service_volumes).toMatchObject([
      { name: 'data', host_path: '/srv/app' },
      { name: 'data', target: '/x', host_path: null },
    ]);
  });

  test("values files come before the contract's own keys, and later files before earlier ones, as in Ansible", () => {
    const contract = good(
      'service_id: app\na: own\nservice_name: "{{ a }}{{ b }}{{ c }}"',
      'a: first\nb: first\nc: first\n',
      'b: second\n',
    );
    expect(contract.service_name).toBe('firstsecondfirst');
  });

  test('`!unsafe` text is literal, as in Ansible', () => {
    expect(good('service_id: app\nservice_name: !unsafe "{{ a }}"').service_name).toBe('{{ a }}');
  });

  test('fields that are never read may hold anything', () => {
    good(`service_id: app
service_image: "{{ a | b }}"
service_files: [{ content: "{% for x in y %}{{ x }}{% endfor %}" }]
secrets: { items: [{ name: X, value: "{{ vault_x }}" }] }
service_container: { hostname: "{{ nope }}", onboot: yes }
service_resources: { memory_mb: "{{ lookup('env', 'X') }}" }
`);
  });
});

describe('what is refused', () => {
  test.each([
    "{{ a if b else 'c' }}",
    '{{ a | first }}',
    "{{ lookup('file', 'x') }}",
    "{{ lookup('env', a) }}",
    "{{ a | replace('x') }}",
    "{{ a | upper('x') }}",
    "{{ a | join(',', attribute='x') }}",
    "{{ a | default('x' }}",
    '{{ a | default(value=1) }}',
    "{{ '' | ternary('y') }}",
    '{{ a ~ b }}',
    '{{ a.b() }}',
    '{{ a[b] }}',
    '{{ a[1:] }}',
    '{{ 1 + 1 }}',
    '{{- a -}}',
    '{{ }}',
    '{# note #}',
    '{% raw %}',
    '{{ a',
  ])('%s is more than a reference', (expression) => {
    const { found } = load(`service_id: app\na: x\nservice_name: ${JSON.stringify(`x${expression}`)}`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^STW111 app.yml:3:17 /);
  });

  test('what makes a text too long is refused before it is made', () => {
    const twice = ' | replace("", a)'.repeat(8);
    const { found } = load(`service_id: app\na: xxxxxxxxxxxx\nservice_name: '{{ a${twice} }}'`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^STW111 .* makes a text longer than 64 KiB$/);
  });

  test('what only pages show is a warning, and they do without the whole of it', () => {
    const text = `service_id: app
health: { cmd: [curl, "http://localhost:{{ port | first }}/", "{{ nope }}"] }
service_security: { run_as_user: "{{ user }}" }
`;
    const { contracts, diagnostics } = loadContracts([{ file: 'app.yml', text: text + REST }], valuesOf());
    expect(diagnostics.map(({ code, severity, hint }) => `${code} ${severity} ${hint ?? ''}`)).toEqual([
      expect.stringMatching(/^STW111 warning .*; pages do without it$/),
      expect.stringMatching(/^STW110 warning .*; pages do without it$/),
      expect.stringMatching(/^STW110 warning .*; pages do without it$/),
    ]);
    expect(contracts).toMatchObject([{ health_cmd: [], run_as_user: null }]);
  });

  test('the environment is not read, which is said once it counts', () => {
    const { contract, found } = load(
      `service_id: app\nservice_name: "{{ a | default(lookup('env', 'X') | default('dflt', true)) }}"`,
    );
    expect(contract?.service_name).toBe('dflt');
    expect(found).toEqual(['STW117 app.yml:2:16 the environment is not read, so `X` counts as not set']);
    expect(
      load(`service_id: app\na: b\nservice_name: "{{ a | default(lookup('env', 'X')) }}"`).found,
    ).toEqual([]);
  });

  test('a mistake in a value is shown where the value is written', () => {
    const { found } = load('service_id: app\nservice_name: "{{ a }}"', 'a: "{{ b }}"\n');
    expect(found).toEqual(['STW110 values0.yml:1:5 `b` is not defined']);
  });

  test('a value of the wrong type is shown where it is written', () => {
    const { found } = load(
      'service_id: app\nservice_volumes: "{{ v }}"',
      'v: [{ name: [3], target: /x, host_path: rel }]\n',
    );
    expect(found).toEqual([
      'STW022 values0.yml:1:13 `name` must be text, but is a list',
      'STW102 values0.yml:1:41 `rel` is not absolute',
    ]);
  });

  test('a cycle through values files and a name that leads to itself', () => {
    expect(load('service_id: app\nservice_name: "{{ service_name }}"').found).toEqual([
      'STW112 app.yml:2:16 references lead back to themselves: `service_name` → `service_name`',
    ]);
    expect(load('service_id: app\nservice_name: "{{ a }}"', 'a: "{{ b }}"\nb: "x{{ a }}"\n').found).toEqual([
      'STW112 values0.yml:2:6 references lead back to themselves: `a` → `b` → `a`',
    ]);
  });

  test('text that doubles with every reference ends in an error, not in memory', () => {
    const doubling = Array.from(
      { length: 60 },
      (_, index) => `a${index}: "{{ a${index + 1} }}{{ a${index + 1} }}"`,
    ).join('\n');
    const { found } = load(
      'service_id: app\nservice_name: "{{ a0 }}"',
      `${doubling}\na60: ${'x'.repeat(100)}\n`,
    );
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((line) => line.startsWith('STW112'))).toBe(true);
  });

  test('inherited names are no values', () => {
    expect(
      load('service_id: app\nservice_name: "{{ constructor }}"\nservice_namespace: "{{ m.toString }}"\nm: {}')
        .found,
    ).toEqual([
      'STW110 app.yml:2:16 `constructor` is not defined',
      'STW110 app.yml:3:21 `m.toString` does not exist',
    ]);
  });
});

test('property: splitting loses no character and finds exactly the marks', () => {
  const piece = fc.oneof(
    fc.constantFrom('{{', '}}', '{%', '%}', '{#', '#}', '{', '}', ' a ', "'", '"', '\\', '|', 'd(1)'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      let at = 0;
      for (const part of splitExpressions(text)) {
        if (part.kind === 'text') {
          expect(text.startsWith(part.text, at)).toBe(true);
          expect(part.text).not.toMatch(/\{[{%#]/);
          at += part.text.length;
        } else {
          expect(part.start).toBe(at);
          expect(part.end).toBeGreaterThan(at);
          at = part.end;
        }
      }
      expect(at).toBe(text.length);
    }),
  );
});
