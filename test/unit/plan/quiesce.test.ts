import { expect, test } from '@jest/globals';
import { planOf, policyOf } from '../../support/project.js';

const quiet = (quiesce: string, container: string) => {
  const app = `service_id: app
runtime_templates: { podman: p }
service_volumes: [{ name: data, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
backup: { quiesce: ${quiesce}, dumps: { db: { engine: redis${container} } } }
`;
  const { plan } = planOf(policyOf('deployments: [{ runtime: podman, host: web1, services: [app] }]\n'), app);
  return plan.services[0]?.placements[0]?.dumps?.[0]?.quiet === true;
};

test.each([
  ['{ mode: stop, services: [web] }', ', container: db', true],
  ['{ mode: stop, services: [web, db] }', ', container: db', false],
  // All of the service stands still, and this may be a name of it.
  ['stop', ', container: systemd-app', false],
  ['pause', '', false],
  ['{ mode: stop, services: [systemd-app] }', '', false],
  ['{ mode: commands, before: [[hold]] }', '', true],
])('with %s a dump%s is made while nothing else runs: %s', (quiesce, container, expected) => {
  expect(quiet(quiesce, container)).toBe(expected);
});
