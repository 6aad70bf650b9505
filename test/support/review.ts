import { loadContracts } from '../../src/contract/load.js';
import { hasErrors } from '../../src/diagnostics/diagnostic.js';
import { buildPlan } from '../../src/plan/build.js';
import { loadPolicy } from '../../src/policy/load.js';
import type { Finding } from '../../src/review/finding.js';
import { Spans, type LoadedSide } from '../../src/review/spans.js';
import { mountsOf, type ReviewInput } from '../../src/review/review.js';
import { review } from '../../src/review/run.js';
import { renderPlan } from '../../src/targets/render.js';
import { builtinTemplates, loadTemplates } from '../../src/template/engine.js';
import { intlZones } from '../../src/time/intl-zone.js';
import { remember } from './remember.js';
import { NO_VALUES } from './values.js';

/** One state of a project: its files by name. Contracts are `services/*.yml`, templates `templates/**`. */
export type State = Readonly<Record<string, string>>;

export interface Reviewed {
  readonly after: ReviewInput['after'];
  readonly loaded: LoadedSide;
}

/** A state planned and rendered in memory, once for a file of tests. An error in it is a mistake of the test. */
export const sideOfState = remember((state: State): Reviewed => {
  const { policy, diagnostics } = loadPolicy({ file: 'stowage.yml', text: state['stowage.yml'] ?? '' });
  if (policy === null) throw new Error(JSON.stringify(diagnostics));
  const inputs = Object.keys(state)
    .filter((file) => file.startsWith('services/'))
    .sort()
    .map((file) => ({ file, text: state[file] ?? '' }));
  const { contracts, diagnostics: mistakes } = loadContracts(inputs, NO_VALUES);
  const { plan, diagnostics: found } = buildPlan(policy, contracts);
  if (hasErrors([...mistakes, ...found])) throw new Error(JSON.stringify([...mistakes, ...found]));
  const overrides = Object.entries(state).flatMap(([file, text]) =>
    file.startsWith('templates/') ? [{ name: file.slice('templates/'.length), file, text }] : [],
  );
  const own = loadTemplates(overrides);
  if (hasErrors(own.diagnostics)) throw new Error(JSON.stringify(own.diagnostics));
  const files = (templates: typeof own.templates) =>
    new Map(
      renderPlan({ plan, runtimes: policy.runtimes, templates }).map(
        ({ path, content }): [string, string] => [path, content],
      ),
    );
  const plain = files(builtinTemplates());
  const margins = new Map(policy.repositories.map(({ name, margin }): [string, number] => [name, margin]));
  return {
    after: {
      plan,
      files: overrides.length === 0 ? plain : files(own.templates),
      plain,
      mounts: mountsOf(contracts),
      margins,
    },
    loaded: { policy, contracts, sources: new Map(Object.entries(state)) },
  };
});

/** What a change from one state to another means. */
export function reviewStates(before: State, after: State): Finding[] {
  const [old, now] = [sideOfState(before), sideOfState(after)];
  return review(old.after, now.after, new Spans(now.loaded, old.loaded), intlZones);
}

export const POLICY = `version: 1
contracts: services/*.yml
repositories:
  main:
    url: rest:https://backup1.example:8000/home
    maintenance: { host: backup1 }
  other:
    url: rest:https://backup2.example:8000/home
    maintenance: { host: backup2 }
defaults:
  repository: main
  schedule: "0 1 * * *"
  spread: 0m
  retention: { keep_daily: 7, keep_weekly: 4 }
deployments:
  - { runtime: docker, host: web1, services: ["*"] }
project: lab
`;

/** A service with a folder and a managed volume. */
export function serviceText(id: string): string {
  return `service_id: ${id}
service_volumes:
  - { name: config, host_path: /srv/${id}/config, target: /etc/${id} }
  - { name: files, target: /var/lib/${id} }
mounts:
  persistent_volumes:
    - { name: config, path: /etc/${id} }
    - { name: files, path: /var/lib/${id} }
runtime_templates:
  docker: docker.yml.j2
  podman: podman.yml.j2
  kubernetes: kubernetes.yml.j2
  proxmox: proxmox.yml.j2
`;
}

/** Two services on one host. */
export const STATE: State = {
  'stowage.yml': POLICY,
  'services/wiki.yml': serviceText('wiki'),
  'services/blog.yml': serviceText('blog'),
};

/** A state with a part of one file replaced; the part must be there. */
export function change(file: string, from: string, to: string, state: State = STATE): State {
  const text = state[file] ?? '';
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
  return { ...state, [file]: text.replace(from, () => to) };
}

/** A state without a file. */
export function without(file: string, state: State = STATE): State {
  return Object.fromEntries(Object.entries(state).filter(([name]) => name !== file));
}

/** Findings as short lines: code, severity, whom they are about. */
export function lines(findings: readonly Finding[]): string[] {
  return findings.map(({ code, severity, service, volume, span }) =>
    [code, severity, [service, volume].filter((part) => part !== null).join('/'), `${span.file}:${span.line}`]
      .filter((part) => part !== '')
      .join(' '),
  );
}
