import { projectTemplates } from '../../../src/targets/project-templates.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { guestDumpFiles } from '../../../src/runtimes/proxmox/render/files.js';
import { systemd } from '../../../src/targets/systemd/target.js';
import { planOf, policyOf } from '../../support/project.js';
import { remember } from '../../support/remember.js';

const DEPLOYED = 'deployments: [{ runtime: proxmox, host: pve1, services: [app] }]\n';

/** A guest with one volume of its own and one bind mount of the host. */
export const APP = `service_id: app
service_name: App
service_container: { vmid: 120 }
runtime_templates: { proxmox: a }
service_volumes:
  - { name: data, target: /var/lib/app }
  - { name: media, host_path: /srv/media, target: /var/lib/app/media }
mounts:
  persistent_volumes:
    - { name: data, path: /var/lib/app }
    - { name: media, path: /var/lib/app/media }
`;

/** What a host gets, by path below its folder. */
export const renderHost = remember(hostFiles);

function hostFiles(settings = '', contract = APP, deployments = DEPLOYED): Readonly<Record<string, string>> {
  const policy = policyOf(`${deployments}${settings}`);
  const { plan } = planOf(policy, contract);
  const input = { plan, runtimes: policy.runtimes, templates: projectTemplates(builtinTemplates(), plan) };
  const files = [...systemd.render(input), ...guestDumpFiles(input)];
  return Object.fromEntries(
    files
      .filter(({ path }) => !path.startsWith('hosts/backup1/'))
      .map(({ path, content }) => [path.replace(/^hosts\/(?:pve1|any\/proxmox)\//, ''), content]),
  );
}

/** The script that dumps the guest. */
export function dumpScript(settings = ''): string {
  return renderHost(settings)['bin/vzdump-restic-app.sh'] ?? '';
}
