import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadProject } from '../../../src/load.js';
import type { Policy } from '../../../src/model/policy.js';
import { render, type RenderedProject } from '../../../src/render.js';

export type Json = Record<string, unknown>;

export interface Rendered extends RenderedProject {
  readonly policy: Policy | null;
  /** Text of a rendered file; throws when there is none. */
  text(file: string): string;
  readonly paths: readonly string[];
}

/** A contract with everything that a test does not care about. */
export function contract(id: string, more: Json = {}): Json {
  return {
    service_id: id,
    service_namespace: 'apps',
    service_volumes: [{ name: 'data', target: '/data' }],
    mounts: { persistent_volumes: [{ name: 'data', path: '/data' }] },
    runtime_templates: { kubernetes: 'k.j2' },
    ...more,
  };
}

/** A service with one claim (user 1000) and one hostPath: an adapter of its own mounts the claim beside the first volume. */
export function mixed(id: string, more: Json = {}): Json {
  const { volumes, ...backup } = (more.backup ?? {}) as Json & { readonly volumes?: Json };
  const { data, ...others } = (volumes ?? {}) as Json & { readonly data?: Json };
  return contract(id, {
    service_security: { run_as_user: 1000, run_as_group: 1000 },
    service_volumes: [
      { name: 'media', target: '/media', host_path: `/srv/${id}/media` },
      { name: 'data', target: '/data' },
    ],
    mounts: {
      persistent_volumes: [
        { name: 'data', path: '/data/sub dir' },
        { name: 'media', path: '/media' },
      ],
    },
    ...more,
    backup: { ...backup, volumes: { data: { claim: `${id}-data`, ...data }, ...others } },
  });
}

const REPOSITORY = {
  url: 'rest:http://backup:8000/main',
  kubernetes_secret: 'restic-main',
  maintenance: { namespace: 'backup' },
};

/** Loads, plans and renders a policy and contracts, as the program does. */
export function renderProject(
  contracts: readonly Json[],
  kubernetes: Json = {},
  policy: Json = {},
): Rendered {
  const root = mkdtempSync(path.join(tmpdir(), 'stowage-kubernetes-'));
  try {
    mkdirSync(path.join(root, 'services'));
    for (const item of contracts) {
      writeFileSync(
        path.join(root, 'services', `${String(item.service_id)}.yml`),
        JSON.stringify(item, null, 1),
      );
    }
    const whole: Json = {
      version: 1,
      project: 'lab',
      contracts: 'services/*.yml',
      repositories: { main: REPOSITORY },
      deployments: [{ runtime: 'kubernetes', services: ['*'] }],
      runtimes: { kubernetes },
      ...policy,
    };
    const shown = Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined));
    writeFileSync(path.join(root, 'stowage.yml'), JSON.stringify(shown, null, 1));
    const project = loadProject(path.join(root, 'stowage.yml'));
    const rendered = render(project);
    return {
      ...rendered,
      policy: project.policy,
      paths: rendered.files.map((file) => file.path),
      text(file) {
        const found = rendered.files.find((candidate) => candidate.path === file);
        if (found === undefined)
          throw new Error(`no ${file} among\n${rendered.files.map((one) => one.path).join('\n')}`);
        return found.content;
      },
    };
  } finally {
    rmSync(root, { recursive: true });
  }
}
