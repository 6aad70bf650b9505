import { expect, test } from '@jest/globals';
import { objectsOf, type Fields } from '../kubernetes/objects.js';
import { contract, renderProject } from '../kubernetes/project.js';

const FILE = 'kubernetes/backup/shell/main.yaml';

test('the shell of a repository that a namespace maintains starts wherever its maintenance jobs do', () => {
  const rendered = renderProject([contract('wiki')]);
  const [pod] = objectsOf(rendered.text(FILE)) as [Fields & { spec: { containers: { env: object[] }[] } }];
  // What the NetworkPolicy of these pods selects.
  expect(pod.metadata).toMatchObject({
    namespace: 'backup',
    labels: { 'app.kubernetes.io/part-of': 'stowage-lab', 'app.kubernetes.io/managed-by': 'stowage' },
  });
  // What the Pod Security level `restricted` asks for.
  expect(pod.spec).toMatchObject({
    securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        resources: { limits: { memory: '2Gi' } },
      },
    ],
  });
  expect(pod.spec.containers[0]?.env).toContainEqual({ name: 'RESTIC_CACHE_DIR', value: '/cache' });
});

test('it is a file to read, which nothing but the page applies, and says how long it lives', () => {
  const rendered = renderProject([contract('wiki')]);
  const page = rendered.text('runbooks/repositories/main.md');
  expect(page).toContain(`kubectl apply --filename=${FILE}\n`);
  expect(page).toContain('It lives for a day from its start');
  expect(objectsOf(rendered.text(FILE))).toMatchObject([{ spec: { activeDeadlineSeconds: 86400 } }]);
  for (const name of rendered.paths.filter((path) => path.endsWith('kustomization.yaml'))) {
    expect(rendered.text(name)).not.toContain('shell/');
  }
});

test('it starts before anything of the tree is applied, and for a repository that nothing uses yet', () => {
  const [pod] = objectsOf(renderProject([contract('wiki')]).text(FILE));
  expect(JSON.stringify(pod)).not.toMatch(/configMap|serviceAccountName/);
  const repository = { kubernetes_secret: 'restic', maintenance: { namespace: 'backup' } };
  const { paths } = renderProject(
    [contract('wiki')],
    {},
    {
      defaults: { repository: 'main' },
      repositories: {
        main: { ...repository, url: 'rest:http://backup:8000/main' },
        later: { ...repository, url: 'rest:http://backup:8000/later' },
      },
    },
  );
  expect(paths).toContain('kubernetes/backup/shell/later.yaml');
});

test('the page shows the pod that it applies as the file has it', () => {
  const wiki = renderProject([contract('wiki')]);
  const file = wiki.text('kubernetes/apps/restore/wiki.yaml');
  expect(wiki.text('runbooks/wiki.md')).toContain(`~~~~yaml\n${file}~~~~\n`);
});

test('no page has an object in one line of JSON', () => {
  for (const settings of [{}, { method: 'volsync' }, { method: 'k8up' }, { volume_snapshot_class: 'fast' }]) {
    const pages = renderProject([contract('wiki')], settings).files.filter(({ path }) =>
      path.endsWith('.md'),
    );
    for (const { content } of pages)
      expect(content).not.toMatch(/"?apiVersion"? *: *".*"kind"|\{ *"apiVersion"/);
  }
});
