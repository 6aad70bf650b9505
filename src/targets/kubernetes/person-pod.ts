import type { RepositoryPlan } from '../../plan/plan.js';
import type { KubernetesSettings } from '../../policy/policy.js';
import { containerText, labels } from './names.js';
import { credentialsMount, credentialsVolume, podResources, secretName } from './pod.js';
import type { PodSecurity } from './security.js';

/** An object for `kubectl apply --filename -`; JSON is YAML. */
export type Manifest = Readonly<Record<string, unknown>>;

/** Six hours: then the pod ends by itself. */
const LIFETIME_SECONDS = 6 * 3600;

export interface PersonPodInput {
  readonly project: string;
  readonly name: string;
  readonly namespace: string;
  /** The service or repository that it is for. */
  readonly instance: string;
  readonly repository: RepositoryPlan;
  readonly settings: KubernetesSettings;
  readonly security: PodSecurity;
  /** Fields of the pod besides its container and volumes. */
  readonly placed?: Manifest;
  readonly moreMounts?: readonly Manifest[];
  readonly moreVolumes?: readonly Manifest[];
}

/** A pod with restic and a repository's credentials that waits for what a person types. */
export function personPod(input: PersonPodInput): Manifest {
  const { name, namespace, repository, settings, security } = input;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: labels(input.project, input.instance, 'restore') },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...input.placed,
      securityContext: security.pod,
      containers: [
        {
          name: 'restic',
          image: settings.image,
          command: ['sleep', String(LIFETIME_SECONDS)],
          envFrom: [{ secretRef: { name: secretName(repository) } }],
          env: [
            { name: 'RESTIC_REPOSITORY', value: containerText(repository.url) },
            { name: 'RESTIC_CACHE_DIR', value: '/cache' },
            { name: 'TMPDIR', value: '/tmp' },
          ],
          resources: podResources(settings),
          securityContext: security.container,
          volumeMounts: [
            { name: 'cache', mountPath: '/cache' },
            { name: 'tmp', mountPath: '/tmp' },
            credentialsMount(repository),
            ...(input.moreMounts ?? []),
          ],
        },
      ],
      volumes: [
        { name: 'cache', emptyDir: {} },
        { name: 'tmp', emptyDir: {} },
        credentialsVolume(repository),
        ...(input.moreVolumes ?? []),
      ],
    },
  };
}
