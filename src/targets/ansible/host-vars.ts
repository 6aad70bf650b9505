import { rootlessUser } from '../../runtimes/registry.js';
import type { RepositoryPlan } from '../../model/plan.js';
import { serviceJobs } from '../../hosts/host-tree.js';
import { userTreeName } from '../../hosts/user-tree.js';
import type { RenderedFile, TargetInput } from '../../rendering/file.js';
import { headerLines } from './header-lines.js';
import type { NamedHost } from '../../hosts/named-hosts.js';
import { hostSecrets, userSecrets, type AnsibleSecret } from './secrets.js';
import { ansibleText } from './text.js';

/** `vars/hosts/<host>.yml`: what the playbook has to know about one host. Which files belong there, it sees itself. */
export function hostVars(host: NamedHost, { plan, runtimes, templates }: TargetInput): RenderedFile {
  const { name, tree, rootless } = host;
  const services = tree === null ? [] : serviceJobs(tree).map(({ service }) => service);
  const rootlessServices = rootless === null ? [] : rootless.jobs.map(({ service }) => service);
  return {
    path: `ansible/vars/hosts/${name}.yml`,
    content: templates.render('ansible/host.yml.hbs', {
      header: headerLines(plan, null),
      tree: name,
      folder: tree?.folder ?? '',
      addresses: tree === null ? [] : tree.repositories.map(addressContext),
      rootless_addresses: rootless === null ? [] : rootless.repositories.map(addressContext),
      services: [...new Set(services.map(({ service_id }) => service_id))].sort(),
      maintains: tree === null ? [] : tree.maintained.map(({ name }) => name),
      secrets: tree === null ? [] : hostSecrets(plan, tree).map(secretContext),
      user: rootlessUser(runtimes),
      rootless_tree: userTreeName(name),
      rootless_folder: rootless?.folder ?? '',
      rootless_services: rootlessServices.map(({ service_id }) => service_id),
      rootless_secrets: rootless === null ? [] : userSecrets(plan, rootless).map(secretContext),
    }),
    mode: 0o644,
    sources: [...new Set([...services, ...rootlessServices].map(({ contract }) => contract))].sort(),
    service: null,
    runtime: null,
  };
}

/** As `install.sh` reads it out of its scripts. */
function addressContext({ name, url }: RepositoryPlan) {
  return ansibleText(`restic-${name}.sh ${url}`);
}

function secretContext({ path, variable }: AnsibleSecret) {
  return { variable, path: ansibleText(path) };
}
