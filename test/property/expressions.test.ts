import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadContracts } from '../../src/contract/load.js';
import { resolveValue } from '../../src/contract/references.js';
import { stackOf, type Layer, type LocatedValue } from '../../src/contract/values.js';

const document = {
  ...{ file: 'v.yml', value: {} },
  span: () => ({ file: 'v.yml', line: 1, column: 1, end_line: 1, end_column: 1 }),
  raw: () => null,
  isFloat: () => false,
};
const located = (value: unknown): LocatedValue => ({ value, document, pointer: [] });

const scalar = fc.oneof(
  fc.constantFrom('yes', 'no', '', ' x ', '0x1F', '1_0', '-7', '2.50', 'a,b', 'Aa', 'nan'),
  fc.integer({ min: -5, max: 5000 }),
  fc.boolean(),
  fc.constant(null),
);
const literal = scalar.map((value) =>
  value === null ? 'none' : typeof value === 'string' ? `'${value}'` : String(value),
);
const filter = fc.oneof(
  fc.constantFrom(
    'string',
    'int',
    'float',
    'bool',
    'lower',
    'upper',
    'trim',
    'default',
    'join',
    'first',
    'd(a',
  ),
  fc
    .tuple(fc.constantFrom('default', 'd', 'int', 'float', 'join', 'trim', 'replace', 'upper'), literal)
    .map(([name, value]) => `${name}(${value})`),
  fc
    .tuple(fc.constantFrom('replace', 'ternary', 'default'), literal, literal)
    .map(([name, one, two]) => `${name}(${one}, ${two})`),
);
const expression = fc
  .tuple(
    fc.oneof(literal, fc.constantFrom('a', 'b', 'c', 'm.k', 'l', 'l[0]', 'nope', '(a | int)', '[a, b]')),
    fc.array(filter, { maxLength: 5 }),
  )
  .map(([start, filters]) => `{{ ${[start, ...filters].join(' | ')} }}`);

test('an expression gives a value or says why not, and never the name that it could not find', () => {
  fc.assert(
    fc.property(expression, scalar, scalar, (text, a, b) => {
      const layer: Layer = new Map([
        ['a', located(a)],
        ['b', located(b)],
        ['c', located('{{ a }}')],
        ['m', located({ k: b })],
        ['l', located([a, b, '{{ a }}'])],
      ]);
      const { value, diagnostics } = resolveValue(located(text), stackOf([layer]));
      const wrong = diagnostics.filter(({ severity }) => severity === 'error');
      if (wrong.length > 0) expect(value).toBeNull();
      for (const { hint } of wrong) expect(hint ?? '').not.toBe('');
    }),
  );
});

test('of several origins the last that holds a name wins, for keys of a contract and for references', () => {
  const layers = fc.array(
    fc.record(
      { x: fc.constantFrom('x1', 'x2', 'x3'), service_namespace: fc.constantFrom('n1', 'n2', '{{ x }}') },
      { requiredKeys: [] },
    ),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(layers, (given) => {
      const stack = stackOf(
        given.map((values) => new Map(Object.entries(values).map(([name, value]) => [name, located(value)]))),
      );
      const text = `service_id: app
service_namespace: own
x: own
service_name: "{{ x }}"
mounts: { persistent_volumes: [] }
runtime_templates: { docker: a }
`;
      const { contracts } = loadContracts([{ file: 'app.yml', text }], stack);
      const all = Object.assign({ x: 'own', service_namespace: 'own' }, ...given) as Record<string, string>;
      const namespace = all.service_namespace === '{{ x }}' ? all.x : all.service_namespace;
      expect(contracts).toMatchObject([{ service_namespace: namespace, service_name: all.x }]);
    }),
  );
});
