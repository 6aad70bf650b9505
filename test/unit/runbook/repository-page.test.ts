import { expect, test } from '@jest/globals';
import { contract, renderProject } from '../kubernetes/project.js';

test('the shell of a repository that a namespace maintains starts wherever its maintenance jobs do', () => {
  const page = renderProject([contract('wiki')]).text('runbooks/repositories/main.md');
  const [, manifest = ''] = /printf %s '(.*)' \| kubectl apply/.exec(page) ?? [];
  const { metadata, spec } = JSON.parse(manifest) as {
    metadata: object;
    spec: { containers: { securityContext: object; resources: object; env: object[] }[] };
  };
  // What the NetworkPolicy of these pods selects.
  expect(metadata).toMatchObject({
    namespace: 'backup',
    labels: { 'app.kubernetes.io/part-of': 'stowage-lab', 'app.kubernetes.io/managed-by': 'stowage' },
  });
  // What the Pod Security level `restricted` asks for.
  expect(spec).toMatchObject({
    securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        resources: { limits: { memory: '2Gi' } },
      },
    ],
  });
  expect(spec.containers[0]?.env).toContainEqual({ name: 'RESTIC_CACHE_DIR', value: '/cache' });
});
