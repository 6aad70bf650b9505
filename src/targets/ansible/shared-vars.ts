import { isSurrounded } from '../../hosts/around.js';
import { dumpsHere } from '../../hosts/dumps.js';
import type { HostJob } from '../../hosts/host-tree.js';
import type { NamedHost } from '../../hosts/named-hosts.js';
import type { RenderedFile, TargetInput } from '../../rendering/file.js';
import { heldVolumes } from '../host-volumes.js';
import { excludeOnHostAlone } from './exclude-on-host.js';
import { headerLines } from './header-lines.js';
import { repositoryContext } from './repository-context.js';
import { ansibleText } from './text.js';

/**
 * `vars/shared/<host>.yml`: variables for a role that backs a whole host up with one job and one timer; none for a host
 * without folders of services.
 */
export function sharedVars({ name, tree }: NamedHost, { plan, templates }: TargetInput): RenderedFile[] {
  const jobs = tree?.jobs ?? [];
  if (jobs.length === 0) return [];
  const repositories = [...new Set(jobs.map(({ repository }) => repository))];
  const [only] = repositories;
  return [
    {
      path: `ansible/vars/shared/${name}.yml`,
      content: templates.render('ansible/shared.yml.hbs', {
        header: headerLines(plan, null),
        host: name,
        guests: (tree?.guests ?? []).length > 0,
        repository: only === undefined || repositories.length > 1 ? null : repositoryContext(only),
        repositories: repositories.map((repository) => repository.name).join(', '),
        services: [...new Set(jobs.map(({ service }) => service.service_id))].sort(),
        paths: unique(
          jobs.flatMap(({ placement }) => heldVolumes(placement).map(({ location }) => location)),
        ),
        exclude: unique(jobs.flatMap(excludesOf)),
        dumps: jobs.flatMap(dumpNames).join(', '),
        surrounded: jobs
          .flatMap(({ service }) => (isSurrounded(service) ? [service.service_id] : []))
          .join(', '),
      }),
      mode: 0o644,
      sources: [...new Set(jobs.map(({ service }) => service.contract))].sort(),
      service: null,
      runtime: null,
    },
  ];
}

/** A pattern of one service says nothing about the folders of another, nor one of a volume about those of its service. */
function excludesOf({ service, placement }: HostJob): string[] {
  const volumes = heldVolumes(placement);
  return [
    ...service.exclude.flatMap((pattern) => excludeOnHostAlone(pattern, volumes)),
    ...volumes.flatMap((volume) =>
      volume.exclude.flatMap((pattern) => excludeOnHostAlone(pattern, [volume])),
    ),
  ];
}

/** `photos/db` */
function dumpNames({ service, placement }: HostJob): string[] {
  return dumpsHere(service, placement).map(({ dump }) => `${service.service_id}/${dump.name}`);
}

function unique(texts: readonly string[]) {
  return [...new Set(texts)].map(ansibleText);
}
