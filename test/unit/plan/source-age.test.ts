import { expect, test } from '@jest/globals';
import { planOf, policyOf } from '../../support/project.js';

const CONTRACT = `service_id: app
service_container: { vmid: 105 }
runtime_templates: { docker: a, proxmox: b, kubernetes: c }
service_volumes: [{ name: data, target: /data }]
mounts: { persistent_volumes: [{ name: data, path: /data }] }
`;

/** What the plan has of it on Docker and in one more place, and what is said. */
function planned(place: string, backup: string, policy = '') {
  const deployments = `deployments: [{ runtime: docker, host: h1, services: [app] }, { ${place}, services: [app] }]\n`;
  const { plan, diagnostics } = planOf(policyOf(`${deployments}${policy}`), `${CONTRACT}backup: ${backup}\n`);
  const ages = plan.services.flatMap(({ placements }) =>
    placements.map(({ runtime, volumes }) => [runtime, volumes[0]?.max_source_age]),
  );
  const found = diagnostics.filter(({ code }) => code === 'STW431');
  return { ages: Object.fromEntries(ages), said: found.map(({ severity, message }) => [severity, message]) };
}

const AGE = '{ volumes: { data: { max_source_age: 26h } } }';

test('a job looks at it on a host and in a pod of ours', () => {
  expect(planned('runtime: kubernetes', AGE)).toEqual({ ages: { docker: 1560, kubernetes: 1560 }, said: [] });
});

test('where none does the plan does not say so, and people are told', () => {
  expect(planned('runtime: proxmox, host: pve1', AGE)).toEqual({
    ages: { docker: 1560 },
    said: [
      [
        'warning',
        'nothing would see to `max_source_age` of `data` on proxmox on `pve1`: it lies inside a guest, which is dumped as a whole',
      ],
    ],
  });
  expect(planned('runtime: kubernetes', AGE, 'runtimes: { kubernetes: { method: velero } }\n')).toMatchObject(
    {
      ages: { docker: 1560 },
      said: [['warning', expect.stringContaining("its jobs on Kubernetes are an operator's")]],
    },
  );
});

test('it is no matter of files that are left out', () => {
  const dumped = `{ volumes: { data: { max_source_age: 26h } }, dumps: { db: { engine: command, command: [x], file: y, replaces: data } } }`;
  const waived = `{ volumes: { data: { max_source_age: 26h, enabled: false, reason: x } } }`;
  expect(planned('runtime: docker, host: h2', dumped).said).toEqual([
    ['error', expect.stringContaining('left out for the dump `db`')],
  ]);
  expect(planned('runtime: docker, host: h2', waived).said).toEqual([]);
});
