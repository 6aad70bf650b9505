import { expect, test } from '@jest/globals';
import { ownerText } from '../../../src/targets/runbook/owner.js';
import { planOf, policyOf } from '../../support/project.js';

const CONTRACT = `service_id: web
service_volumes: [{ name: data, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
service_security: { run_as_user: 1000 }
`;

function textFor(runtime: string, more = ''): string {
  const { plan } = planOf(policyOf(), `${CONTRACT}runtime_templates: { ${runtime}: a }\n${more}`);
  const [service] = plan.services;
  const [placement] = service?.placements ?? [];
  if (service === undefined || placement === undefined) throw new Error('nothing is planned');
  return ownerText(service, placement);
}

test('says whose ids they are where the workload may see others', () => {
  const common =
    'Files come back with the owners and modes that they had; the workload runs as user 1000, group 1000.';
  expect(textFor('docker')).toBe(common);
  expect(textFor('proxmox', 'service_container: { vmid: 101 }\n')).toMatch(
    /^Files .* group 1000\. The ids are those of this host: an unprivileged guest sees them lower by 100000,/,
  );
  expect(textFor('podman')).toMatch(/^Files .* group 1000\. The ids are those of this host\. Under UserNS= /);
  expect(textFor('podman', 'quadlet_scope: user\n')).toMatch(
    /^Files .* group 1000\. The ids are those of podman unshare, .*=keep-id the user of the workload is 0 here/,
  );
});
