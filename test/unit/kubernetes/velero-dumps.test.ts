import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';
import { Sandbox } from '../../support/sandbox.js';
import { fieldTable, MINORS, objectProblems, objectsOf, type Fields } from './objects.js';
import { contract, renderProject, type Json } from './project.js';

const DUMPS: Json = {
  db: {
    ...{ engine: 'postgresql', replaces: 'data', timeout: '20m' },
    password_from: { secret: 'database', key: 'password' },
  },
  feed: { engine: 'command', command: ['sh', '-c', "echo 'it is $(x)'"], file: 'feed', min_size: '1B' },
};

interface Hook {
  readonly exec: Fields & { readonly command: readonly string[]; readonly container: string };
}
interface Container {
  readonly name: string;
  readonly env: readonly Fields[];
  readonly volumeMounts: readonly { readonly name: string }[];
}
interface Pod {
  readonly metadata: { readonly annotations: Record<string, string> };
  readonly spec?: {
    readonly volumes: readonly { name: string }[];
  };
}

function projectOf(dumps: Json, settings: Json = {}) {
  const volumes = [
    { name: 'data', target: '/data' },
    { name: 'files', target: '/files' },
  ];
  return renderProject(
    [
      contract('app', {
        service_image: 'postgres:17',
        service_volumes: volumes,
        mounts: { persistent_volumes: volumes.map(({ name, target }) => ({ name, path: target })) },
        backup: {
          dumps,
          volumes: { files: { claim: 'app-files' } },
          kubernetes: { workload: { kind: 'Deployment' } },
        },
      }),
    ],
    { method: 'velero', ...settings },
  );
}

function rendered(dumps: Json, settings: Json = {}) {
  const project = projectOf(dumps, settings);
  const [schedule] = objectsOf(project.text('kubernetes/apps/app.yaml')) as unknown as [
    {
      spec: {
        template: {
          labelSelector: object;
          hooks?: { resources: { pre: Hook[]; post: Hook[]; labelSelector: object }[] };
        };
      };
    },
  ];
  const [component] = objectsOf(
    project.text('kubernetes/apps/workloads/app/kustomization.yaml'),
  ) as unknown as [{ patches: { patch: string }[] }];
  const patches = component.patches.map(({ patch }) => patch);
  const merged = patches[0] ?? '';
  const added = patches.find((patch) => patch.startsWith('[')) ?? '[]';
  const { spec } = JSON.parse(merged) as { spec: { template: Pod } };
  const containers = JSON.parse(added) as { op: string; path: string; value: Container }[];
  return { project, template: schedule.spec.template, pod: spec.template, containers };
}

describe('a dump under Velero', () => {
  const { project, template, pod, containers } = rendered(DUMPS);
  const [hooks] = template.hooks?.resources ?? [];

  test('is made in a container of its own in the pod, and saved from a volume there', () => {
    expect(project.diagnostics).toEqual([]);
    expect(pod.metadata.annotations['backup.velero.io/backup-volumes']).toBe('files,stowage-dumps');
    // After its own, so that the first container is still the one that people mean.
    expect(containers.map(({ op, path, value }) => [op, path, value.name])).toEqual([
      ['add', '/spec/template/spec/containers/-', 'stowage-dump-db'],
      ['add', '/spec/template/spec/containers/-', 'stowage-dump-feed'],
    ]);
    const volumes = new Set(pod.spec?.volumes.map(({ name }) => name));
    for (const { value } of containers)
      for (const { name } of value.volumeMounts) expect(volumes).toContain(name);
  });

  test('does not keep the workload from starting, whatever is missing', () => {
    expect(pod.spec?.volumes).toContainEqual({
      name: 'stowage-dump-scripts',
      configMap: expect.objectContaining({ name: 'stowage-lab-scripts', optional: true }),
    });
    expect(containers[0]?.value.env).toContainEqual({
      name: 'STOWAGE_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'database', key: 'password', optional: true } },
    });
    expect(pod.spec?.volumes.filter((volume) => 'emptyDir' in volume)).toEqual([
      { name: 'stowage-dumps', emptyDir: {} },
      { name: 'stowage-dump-tmp', emptyDir: {} },
    ]);
  });

  test('is asked for before the pod is saved, and its failure is the backup’s', () => {
    expect(hooks?.labelSelector).toEqual(template.labelSelector);
    expect(hooks?.pre).toMatchObject([
      { exec: { container: 'stowage-dump-db', onError: 'Fail', timeout: '25m' } },
      { exec: { container: 'stowage-dump-feed', onError: 'Fail', timeout: '35m' } },
    ]);
    expect(hooks?.post).toMatchObject([
      { exec: { container: 'stowage-dump-db', onError: 'Fail' } },
      { exec: { container: 'stowage-dump-feed', onError: 'Fail' } },
    ]);
  });

  test('is what the manifests of Velero have fields for', () => {
    const table = fieldTable(MINORS[0]);
    expect(
      objectsOf(project.text('kubernetes/apps/app.yaml')).flatMap((one) => objectProblems(one, table)),
    ).toEqual([]);
  });

  test('is loaded by the page, in the pod that came back', () => {
    expect(project.text('runbooks/app.md')).toContain(
      'kubectl --namespace apps exec --stdin --tty deployment/app --container=stowage-dump-db -- sh /etc/stowage/load-dump.sh --to=/dumps --name=db',
    );
  });

  test('needs no pod of ours, and its scripts are there', () => {
    expect(project.paths.filter((path) => path.startsWith('kubernetes/apps/')).sort()).toEqual([
      'kubernetes/apps/app.yaml',
      'kubernetes/apps/kustomization.yaml',
      'kubernetes/apps/scripts/dump.sh',
      'kubernetes/apps/scripts/load-dump.sh',
      'kubernetes/apps/scripts/postgresql.sh',
      'kubernetes/apps/workloads/app/kustomization.yaml',
    ]);
  });

  test('is saved beside snapshots of the claims too', () => {
    const csi = rendered(DUMPS, { snapshot: 'csi' });
    expect(csi.pod.metadata.annotations['backup.velero.io/backup-volumes']).toBe('stowage-dumps');
    expect(csi.template.hooks).toEqual(template.hooks);
  });
});

test('without a dump no hook is there, and no container', () => {
  const { template, pod, containers } = rendered({});
  expect(containers).toEqual([]);
  expect(template.hooks).toBeUndefined();
  expect(pod.spec).toBeUndefined();
});

test('a file of a database is refused: it would be loaded while the workload has it open', () => {
  const { diagnostics } = projectOf({ lite: { engine: 'sqlite', path: '/data/app.sqlite3' } });
  expect(diagnostics).toMatchObject([{ code: 'STW430', message: expect.stringContaining('open by then') }]);
});

describe('its hooks, run as Velero does', () => {
  const { template } = rendered(DUMPS);
  const [hooks] = template.hooks?.resources ?? [];
  /** The hook of the dump that is a command, in a folder in place of the pod. */
  function run(sandbox: Sandbox, { exec: { command } }: Hook) {
    const [shell = '', ...words] = command.map((word) =>
      word
        .replaceAll('/tmp/made', sandbox.at('made'))
        .replaceAll('/etc/stowage', sandbox.at('scripts'))
        .replaceAll('/dumps', sandbox.at('dumps')),
    );
    const { status, stderr } = spawnSync(shell, words, {
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', TMPDIR: sandbox.folder },
    });
    return { status, stderr };
  }
  const feed = (list: readonly Hook[] = []): Hook => {
    const hook = list.at(-1);
    if (hook === undefined) throw new Error('there is no hook');
    return hook;
  };
  const pre = feed(hooks?.pre);
  const post = feed(hooks?.post);
  function pod(then: (sandbox: Sandbox) => void): void {
    const sandbox = new Sandbox();
    mkdirSync(sandbox.at('dumps'));
    sandbox.write('scripts/dump.sh', builtinTemplates().render('kubernetes/dump.sh.hbs', { header: 'test' }));
    then(sandbox);
    sandbox.remove();
  }

  test('write the dump, word for word, and say once that it was made', () => {
    pod((sandbox) => {
      expect(run(sandbox, pre).status).toBe(0);
      expect(sandbox.text('dumps/feed')).toBe('it is $(x)\n');
      expect(run(sandbox, post).status).toBe(0);
      expect(run(sandbox, post)).toMatchObject({ status: 1, stderr: expect.stringContaining('not made') });
    });
  });

  test('fail where the dump does, and leave none of another day', () => {
    pod((sandbox) => {
      expect(run(sandbox, pre).status).toBe(0);
      const command = pre.exec.command.map((word) => (word.startsWith('echo') ? 'exit 3' : word));
      expect(run(sandbox, { exec: { ...pre.exec, command } }).status).not.toBe(0);
      expect(sandbox.has('dumps/feed')).toBe(false);
      expect(run(sandbox, post).status).toBe(1);
    });
  });

  test('fail where nobody has the scripts', () => {
    pod((sandbox) => {
      sandbox.write('scripts/dump.sh', 'exit 127');
      expect(run(sandbox, pre).status).not.toBe(0);
      expect(run(sandbox, post).status).toBe(1);
    });
  });
});
