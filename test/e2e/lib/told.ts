import path from 'node:path';
import type { Fields } from '../../unit/kubernetes/objects.js';
import { nameOf } from './kubelet.js';
import { exampleProject, render } from './program.js';

/** As far as scenarios read pods. */
export interface Pod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: Fields & {
    readonly securityContext: Fields;
    readonly containers: readonly (Fields & { readonly volumeMounts: readonly Fields[] })[];
    readonly volumes: readonly Fields[];
  };
}

/** The example with times and rules that tell each from the defaults, and these changes to its policy; its tree. */
export async function treeOf(
  changes: Readonly<Record<string, string>>,
  contracts: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): Promise<string> {
  const project = exampleProject('cluster', {
    'stowage.yml': {
      'spread: 90m': 'spread: 0m\n  timezone: Europe/Berlin\n  timeout: 3h\n  exclude: ["**/*.tmp"]',
      'read_data_subsets: 12 }': 'read_data_subsets: 12 }\n    timezone: UTC',
      ...changes,
    },
    ...contracts,
  });
  await render(project);
  return path.join(project.rendered, 'kubernetes');
}

/** The only object of its kind with this name. */
export function find(objects: readonly Fields[], kind: string, name: RegExp | string): Fields {
  const found = objects.filter(
    (one) => one.kind === kind && (typeof name === 'string' ? nameOf(one) === name : name.test(nameOf(one))),
  );
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`${found.length} ${kind} ${String(name)}`);
  return found[0];
}

export function namespaceOf({ metadata }: Fields): string {
  return (metadata as { namespace: string }).namespace;
}

/** The pods of a CronJob, or of anything else that has a template for them. */
export function podOf({ kind, spec }: Fields): Pod {
  const { jobTemplate, template } = spec as { jobTemplate: { spec: { template: Pod } }; template: Pod };
  return kind === 'CronJob' ? jobTemplate.spec.template : template;
}
