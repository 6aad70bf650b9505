import { expect, test } from '@jest/globals';
import { planOf, policyOf } from '../../support/project.js';

const POLICY = `    kubernetes_secret: s
deployments: [{ runtime: kubernetes, services: ["*"] }]
`;

/** Errors about a service on Kubernetes with this namespace and this name. */
function found(namespace: string, name = 'app'): string[] {
  const contract = `service_id: app
service_name: ${JSON.stringify(name)}
service_namespace: ${JSON.stringify(namespace)}
runtime_templates: { kubernetes: k }
service_volumes: [{ name: data, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
backup: { volumes: { data: { claim: data } } }
`;
  const { diagnostics } = planOf(policyOf(POLICY, '{ namespace: backup }'), contract);
  return diagnostics.flatMap(({ code, severity }) => (severity === 'error' ? [code] : []));
}

/** RFC 1123 for namespaces; kubernetes.io, "Labels and Selectors". */
test('a namespace and a label have at most 63 characters', () => {
  expect(found('a'.repeat(63), 'a'.repeat(63))).toEqual([]);
  expect(found('a'.repeat(64))).toEqual(['STW540']);
  expect(found('apps', 'a'.repeat(64))).toEqual(['STW542']);
});

test.each(['a', 'a-b', '0a', 'a9'])('%s is a namespace', (name) => {
  expect(found(name)).toEqual([]);
});

test.each(['-a', 'a-', 'A', 'a.b', 'a_b'])('%s is none', (name) => {
  expect(found(name)).toEqual(['STW540']);
});
