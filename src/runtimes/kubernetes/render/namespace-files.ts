import { settingsOf } from '../settings.js';
import { projectName } from '../../../names/installed.js';
import { groupBy } from '../../../lookup/group.js';
import type { RepositoryPlan } from '../../../model/plan.js';
import { header } from '../../../rendering/header.js';
import type { RenderedFile, TargetInput } from '../../../rendering/file.js';
import type { Namespace } from './cluster.js';
import { labels, projectSelector } from '../../../names/objects.js';
import type { Generator, Script } from './contents.js';
import { scriptsConfigMap, secretName } from './pod.js';
import { repositoryPorts } from './ports.js';
import { compareText } from '../../../text/compare.js';

const SHARED = { mode: 0o644, sources: [], service: null, runtime: 'kubernetes' } as const;

/** CoreDNS as it comes; in OpenShift; in Gardener. */
const DNS_PORTS = [53, 5353, 8053] as const;

/** The account and the network of a namespace's pods. */
export function commonFiles(
  namespace: Namespace,
  { plan, runtimes, templates }: TargetInput,
): RenderedFile[] {
  const own = {
    header: header(plan, null),
    name: projectName(plan.project),
    namespace: namespace.name,
    labels: labels(plan.project, 'shared', 'shared'),
  };
  const network = {
    pod_selector: projectSelector(plan.project),
    dns: ['UDP', 'TCP'].flatMap((protocol) => DNS_PORTS.map((port) => ({ protocol, port }))),
    ports: repositoryPorts(plan, settingsOf(runtimes)).map(tcp),
    databases: databases(namespace),
  };
  return [
    {
      ...SHARED,
      path: `${namespace.folder}/service-account.yaml`,
      content: templates.render('kubernetes/service-account.yaml.hbs', own),
    },
    {
      ...SHARED,
      path: `${namespace.folder}/network-policy.yaml`,
      content: templates.render('kubernetes/network-policy.yaml.hbs', { ...own, ...network }),
    },
  ];
}

const tcp = (port: number) => ({ protocol: 'TCP', port });

/** Ports of servers that jobs dump: of pods of this namespace, and of any address for names that lead out of it. */
function databases({ jobs }: Namespace): { readonly ports: object[]; readonly is_inside: boolean }[] {
  const asked = jobs.flatMap(({ placement: { dumps = [] } }) =>
    dumps.flatMap(({ container }) =>
      container?.port == null
        ? []
        : [{ port: container.port, isInside: container.host?.includes('.') === false }],
    ),
  );
  return [true, false].flatMap((isInside) => {
    const ports = asked.filter((one) => one.isInside === isInside).map(({ port }) => port);
    const distinct = [...new Set(ports)].sort((a, b) => a - b);
    return distinct.length === 0 ? [] : [{ ports: distinct.map(tcp), is_inside: isInside }];
  });
}

/** The scripts that a namespace's pods run, each a file that people can read and test. */
export function scriptFiles(
  namespace: Namespace,
  names: readonly Script[],
  { plan, templates }: TargetInput,
): { files: RenderedFile[]; generator: Generator } {
  const files = names.map(({ file, template }) => ({
    ...SHARED,
    mode: 0o755 as const,
    path: `${namespace.folder}/scripts/${file}`,
    content: templates.render(template, { header: header(plan, null) }),
  }));
  return {
    files,
    generator: { name: scriptsConfigMap(plan.project), files: names.map(({ file }) => `scripts/${file}`) },
  };
}

/** An ExternalSecret for each Secret that the namespace's pods use, when the policy names a store. */
export function secretFiles(
  namespace: Namespace,
  { plan, runtimes, templates }: TargetInput,
): RenderedFile[] {
  const store = settingsOf(runtimes).external_secret;
  if (store === null) return [];
  const used = new Set([...usedRepositories(namespace), ...namespace.maintained]);
  const withSecret = [...used]
    .filter((repository) => repository.kubernetes_secret !== null)
    .sort((a, b) => compareText(a.name, b.name));
  // Repositories may share their credentials: the first of them gives the file its name.
  return [...groupBy(withSecret, secretName)].map(([name, sharing]) => ({
    ...SHARED,
    path: `${namespace.folder}/secret-${sharing[0]?.name ?? ''}.yaml`,
    content: templates.render('kubernetes/secret.yaml.hbs', {
      header: header(plan, null),
      repositories: sharing.map((repository) => repository.name).join(', '),
      name,
      namespace: namespace.name,
      labels: labels(plan.project, sharing[0]?.name ?? '', 'shared'),
      store: store.store,
      store_kind: store.store_kind,
      key: `${store.key_prefix}${name}`,
    }),
  }));
}

/** Those that jobs of its services open. An operator may have credentials, or repositories, of its own. */
export function usedRepositories({ jobs }: Namespace): RepositoryPlan[] {
  return jobs
    .filter((service) => service.jobs.some(({ store }) => store?.in === 'repository'))
    .map(({ repository }) => repository);
}

/** Lists what a folder below `kubernetes/` holds. */
export function kustomizationFile(
  folder: string,
  resources: readonly string[],
  generators: readonly Generator[],
  namespace: string | null,
  { plan, templates }: TargetInput,
): RenderedFile {
  return {
    ...SHARED,
    path: `${folder}/kustomization.yaml`,
    content: templates.render('kubernetes/kustomization.yaml.hbs', {
      header: header(plan, null),
      resources,
      generators,
      namespace,
      labels: labels(plan.project, 'shared', 'shared'),
    }),
  };
}
