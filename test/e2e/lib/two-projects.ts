import { HOUR } from './baremetal-project.js';
import type { CommandResult } from './host.js';
import { makeProject, render, type Project } from './program.js';

/** Two checkouts whose services, volumes and repositories are called alike. */
export type Owner = 'den' | 'work';
export const OWNERS = ['den', 'work'] as const;

/** Where a project's repository lies. */
export function repositoryOf(owner: Owner | 'else'): string {
  return `/srv/${owner}-repository`;
}

/** How a project of the two is deployed. */
export interface Deployed {
  readonly host: string;
  readonly services?: readonly string[];
  /** Rootless jobs of this user. */
  readonly user?: string;
  /** Whose repository it is; the project's own by default. */
  readonly repository?: Owner | 'else';
  /** Who maintains it; the host itself by default. */
  readonly maintenance?: string;
}

/** Renders the project: the service `wiki` with the volume `data`, and others. */
export async function renderProject(owner: Owner, how: Deployed): Promise<Project> {
  const { host, services = ['wiki'], user, repository = owner, maintenance = host } = how;
  const runtime = user === undefined ? 'baremetal' : 'podman';
  const project = makeProject({
    'stowage.yml': `version: 1
project: ${owner}
contracts: services/*.yml
repositories:
  main:
    url: ${repositoryOf(repository)}
    password_file: /etc/restic/${owner}
    maintenance: { host: ${maintenance} }
    forget: "10 ${HOUR} * * *"
    prune: "20 ${HOUR} * * 0"
    check: { schedule: "30 ${HOUR} 1 * *" }
    timezone: UTC
defaults: { schedule: "40 ${HOUR} * * *", timezone: UTC, spread: 0m, retention: { keep_last: 1 } }
deployments: [{ runtime: ${runtime}, host: ${host}, services: ['*'] }]
${user === undefined ? '' : `runtimes: { podman: { image: "localhost/restic:test", user: ${user} } }\n`}`,
    ...Object.fromEntries(
      services.map((id) => [
        `services/${id}.yml`,
        `service_id: ${id}
${user === undefined ? '' : 'quadlet_scope: user\n'}runtime_templates: { ${runtime}: x }
service_volumes: [{ name: data, host_path: ${dataOf(owner, id)}, target: ${dataOf(owner, id)} }]
mounts: { persistent_volumes: [{ name: data, path: ${dataOf(owner, id)} }] }
`,
      ]),
    ),
  });
  await render(project);
  return project;
}

/** Where a service of a project has its data. */
export function dataOf(owner: Owner, service = 'wiki'): string {
  return `/srv/${owner}/${service}`;
}

/** Everything installed on a machine, a line each: what it is, a hash of what it holds, and of timers what systemd knows. */
const LOOK = `
cd "$1"; shift
{
  find "$@" -printf '%p %y %m %u:%g %l\\n' -type f -exec sha256sum {} +
  for timer in $(systemctl $scope list-unit-files --no-legend --plain 'stowage-*.timer' | cut -d' ' -f1); do
    echo "$timer $(systemctl $scope show -P UnitFileState -P ActiveState -P Unit "$timer" | tr '\\n' ' ')"
  done
} 2>/dev/null | LC_ALL=C sort
`;

/** What a host has installed; of one project only, when one is named. */
export async function lookAtHost(run: Run, owner?: Owner): Promise<string> {
  const folders = [
    ...['etc/systemd/system', 'etc/sysusers.d', 'etc/tmpfiles.d', 'etc/restic', 'etc/stowage'],
    ...['usr/local/lib/stowage', 'var/lib/stowage'],
  ];
  return linesOf((await run(`set -- / ${folders.join(' ')}; scope=--system; ${LOOK}`)).stdout, owner);
}

/** What a user has installed; of one project only, when one is named. */
export async function lookAtUser(run: Run, owner?: Owner): Promise<string> {
  const folders = ['.config', '.local/lib', '.local/state'];
  return linesOf((await run(`set -- . ${folders.join(' ')}; scope=--user; ${LOOK}`)).stdout, owner);
}

type Run = (command: string) => Promise<CommandResult>;

/** The lines of a project, or of all. */
function linesOf(listing: string, owner: Owner | undefined): string {
  if (owner === undefined) return listing;
  const own = listing.split('\n').filter((line) => new RegExp(`\\b${owner}\\b`).test(line));
  return own.join('\n');
}
