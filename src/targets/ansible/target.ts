import type { RenderedFile, TargetInput } from '../../rendering/file.js';
import type { Target } from '../target.js';
import { sharedFilesIn } from '../../rendering/shared-file.js';
import { headerLines } from './header-lines.js';
import { hostVars } from './host-vars.js';
import { namedHosts } from '../../hosts/named-hosts.js';
import { serviceVars } from './service-vars.js';
import { sharedVars } from './shared-vars.js';

/** Task files of the playbook, by their names in `ansible/tasks/`: those of its two parts, and those both share. */
const TASKS = ['account', 'host', 'rootless', 'compare', 'secrets', 'files', 'timers'];

/** `ansible/`: variables of each service and host, and the playbook that installs the folders of `hosts/`. */
export const ansible: Target = {
  render(input) {
    const hosts = namedHosts(input.plan);
    return [
      ...serviceVars(input),
      ...hosts.map((host) => hostVars(host, input)),
      ...hosts.flatMap((host) => sharedVars(host, input)),
      ...(hosts.length > 0
        ? playbook(
            hosts.map(({ name }) => name),
            input,
          )
        : []),
    ];
  },
};

function playbook(hosts: readonly string[], { plan, runtimes, templates }: TargetInput): RenderedFile[] {
  const file = (path: string, context: Record<string, unknown>): RenderedFile => ({
    path: `ansible/${path}.yml`,
    content: templates.render(`ansible/${path}.yml.hbs`, { header: headerLines(plan, null), ...context }),
    mode: 0o644,
    sources: [],
    service: null,
    runtime: null,
  });
  const script = sharedFilesIn('ansible', null, { plan, runtimes, templates });
  return [
    script('ownership.sh', 'ansible/ownership.sh.hbs'),
    file('deploy', { hosts }),
    ...TASKS.map((name) => file(`tasks/${name}`, {})),
  ];
}
