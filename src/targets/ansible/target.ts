import { headerLines } from './header-lines.js';
import { hostTrees } from '../systemd/host-tree.js';
import type { RenderedFile, Target, TargetInput } from '../target.js';
import { hostVars } from './host-vars.js';
import { serviceVars } from './service-vars.js';

/** `ansible/`: variables of each service and host, and the playbook that installs the folders of `hosts/`. */
export const ansible: Target = {
  name: 'ansible',
  render(input) {
    // Trees below `hosts/any` have no name that an inventory could know; people copy those.
    const trees = hostTrees(input.plan).filter(({ name, folder }) => folder === `hosts/${name}`);
    const hosts = trees.map(({ name }) => name);
    const files = [
      ...serviceVars(input),
      ...trees.map((tree) => hostVars(tree, input)),
      ...(hosts.length > 0 ? [playbook(hosts, input)] : []),
    ];
    return { files, diagnostics: [] };
  },
};

function playbook(hosts: readonly string[], { plan, templates }: TargetInput): RenderedFile {
  return {
    path: 'ansible/deploy.yml',
    content: templates.render('ansible/deploy.yml.hbs', { header: headerLines(plan, null), hosts }),
    mode: 0o644,
    sources: [],
    service: null,
    runtime: null,
  };
}
