import { methodOf } from '../methods/registry.js';
import { rendererOf } from '../methods/renderers.js';
import { type Namespace, namespaces } from './cluster.js';
import type { Contents } from './contents.js';
import { csiFiles } from './csi-snapshot.js';
import { maintenanceShell, shellFile } from './shell.js';
import type { RenderedFile, TargetInput } from '../../../rendering/file.js';
import { settingsOf } from '../settings.js';
import { scriptGenerators, MAINTENANCE_SCRIPTS, maintenanceFiles } from './maintenance-files.js';
import { commonFiles, kustomizationFile, scriptFiles, secretFiles } from './namespace-files.js';

/** `kubernetes/`: one folder per namespace, and a kustomization above them for the whole. */
export function clusterFiles(input: TargetInput): RenderedFile[] {
  const all = namespaces(input.plan);
  const names = all.map(({ name }) => name);
  return [
    ...shellFiles(input),
    ...(all.length === 0 ? [] : [kustomizationFile('kubernetes', names, [], null, input)]),
    ...all.flatMap((namespace) => namespaceFiles(namespace, input)),
  ];
}

/** The shells of repositories that no host reaches. */
function shellFiles(input: TargetInput): RenderedFile[] {
  const { project, repositories } = input.plan;
  return repositories
    .flatMap((repository) => maintenanceShell(project, repository) ?? [])
    .map((place) => shellFile(place, input));
}

function namespaceFiles(namespace: Namespace, input: TargetInput): RenderedFile[] {
  const parts = [ownPods(namespace, input), services(namespace, input), maintenance(namespace, input)];
  const resources = parts
    .flatMap((part) => part.resources)
    .map(({ path }) => path.slice(namespace.folder.length + 1))
    .sort();
  const generators = parts.flatMap((part) => part.generators);
  return [
    ...parts.flatMap((part) => [...part.resources, ...part.files]),
    kustomizationFile(namespace.folder, resources, generators, namespace.name, input),
  ];
}

/** What pods of ours need, where there are any; an operator brings its own. */
function ownPods(namespace: Namespace, input: TargetInput): Contents {
  const kubernetes = settingsOf(input.runtimes);
  const secrets = secretFiles(namespace, input);
  const backups =
    namespace.jobs.length > 0 ? (rendererOf(kubernetes).scripts?.(namespace, kubernetes) ?? []) : [];
  const all = [...backups, ...(namespace.maintained.length > 0 ? MAINTENANCE_SCRIPTS : [])];
  if (all.length === 0) return { files: [], resources: secrets, generators: [] };
  const scripts = scriptFiles(namespace, all, input);
  const hasPods = namespace.maintained.length > 0 || methodOf(kubernetes).restic !== 'nobody';
  return {
    files: scripts.files,
    resources: [...(hasPods ? commonFiles(namespace, input) : []), ...secrets],
    generators: [scripts.generator],
  };
}

function services(namespace: Namespace, input: TargetInput): Contents {
  const made = rendererOf(settingsOf(input.runtimes)).files(namespace, input);
  return { ...made, files: [...made.files, ...namespace.jobs.flatMap((job) => csiFiles(job, input))] };
}

function maintenance(namespace: Namespace, input: TargetInput): Contents {
  const files = namespace.maintained.flatMap((repository) => maintenanceFiles(namespace, repository, input));
  return {
    files: files.filter(({ path }) => !path.endsWith('.yaml')),
    resources: files.filter(({ path }) => path.endsWith('.yaml')),
    generators: namespace.maintained.flatMap((repository) => scriptGenerators(repository, input)),
  };
}
