import { headerLines } from './header-lines.js';
import type { HostTree } from '../systemd/host-tree.js';
import type { RenderedFile, TargetInput } from '../target.js';
import { hostSecrets } from './secrets.js';
import { ansibleText } from './text.js';

/** `vars/hosts/<host>.yml`: what the playbook has to know about one host. Which files belong there, it sees itself. */
export function hostVars(tree: HostTree, { plan, templates }: TargetInput): RenderedFile {
  const services = [...tree.jobs, ...tree.guests].map(({ service }) => service);
  return {
    path: `ansible/vars/hosts/${tree.name}.yml`,
    content: templates.render('ansible/host.yml.hbs', {
      header: headerLines(plan, null),
      tree: tree.name,
      folder: tree.folder,
      services: [...new Set(services.map(({ service_id }) => service_id))].sort(),
      maintains: tree.maintained.map(({ name }) => name),
      secrets: hostSecrets(plan, tree).map(({ path, variable }) => ({ variable, path: ansibleText(path) })),
    }),
    mode: 0o644,
    sources: [...new Set(services.map(({ contract }) => contract))].sort(),
    service: null,
    runtime: null,
  };
}
