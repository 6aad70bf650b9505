import { CORE_SCHEMA, defineScalarTag, load } from 'js-yaml';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { ansible } from '../../../src/targets/ansible/target.js';
import type { RenderedFile } from '../../../src/rendering/file.js';
import { loadPolicy } from '../../../src/policy/load.js';
import type { Policy } from '../../../src/model/policy.js';
import { planOf, policyOf } from '../../support/project.js';

/** Text that Ansible takes as it is. */
export class Unsafe {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const SCHEMA = CORE_SCHEMA.withTags(
  defineScalarTag('!unsafe', { resolve: (text: string) => new Unsafe(text), identify: () => false }),
);

/** A policy with repositories of its own, each with more settings in flow style; `main` is the one in use. */
export function policyWith(repositories: Readonly<Record<string, string>>): Policy {
  const entries = Object.entries(repositories).map(
    ([name, more]) => `  ${name}: { url: /srv/${name}, maintenance: { host: pi1 }${more} }\n`,
  );
  const text = `version: 1
project: lab
contracts: services/*.yml
repositories:
${entries.join('')}defaults: { repository: main }
deployments: [{ runtime: baremetal, host: pi1, services: ['*'] }]
`;
  const { policy, diagnostics } = loadPolicy({ file: 'stowage.yml', text });
  if (policy === null) throw new Error(JSON.stringify(diagnostics));
  return policy;
}

/** The target's files, by path below `ansible/`. */
export function renderFiles(policy: string | Policy, ...contracts: string[]): Map<string, RenderedFile> {
  const read = typeof policy === 'string' ? policyOf(policy) : policy;
  const { plan } = planOf(read, ...contracts);
  const files = ansible.render({
    plan,
    runtimes: read.runtimes,
    templates: projectTemplates(builtinTemplates(), plan),
  });
  return new Map(files.map((file) => [file.path.replace(/^ansible\//, ''), file]));
}

/** A file as Ansible reads it, before it looks for expressions. */
export function readVars(files: ReadonlyMap<string, RenderedFile>, path: string): unknown {
  return load(files.get(path)?.content ?? '', { schema: SCHEMA });
}

/** Every text in a value, keys included, that Ansible would look for expressions in. */
export function templatedTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || value instanceof Unsafe) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...templatedTexts(item)]);
}
