import { readFileSync } from 'node:fs';
import path from 'node:path';
import { derive } from '../../fixtures/kubernetes/derive.mjs';
import { objectsOf, type FieldTable, type Fields } from '../../unit/kubernetes/objects.js';
import { UNPACKED, unpackPackages } from './debian.js';
import { noteEngine } from './engines.js';
import { command } from './host.js';

/** One release of Kubernetes, as a Debian suite has it. */
export interface KubernetesRelease {
  /** Such as `1.32`. */
  readonly minor: string;
  readonly version: string;
  readonly kubectl: string;
  /** The fields of the objects that we render, derived anew from the packages' own types. */
  readonly fields: FieldTable;
}

/** A suite's kubectl and the types of its release. */
export async function kubernetesOf(name: 'kubernetes-sid' | 'kubernetes-trixie'): Promise<KubernetesRelease> {
  const unpacked = await unpackPackages(name);
  const kubectl = path.join(unpacked, 'usr/bin/kubectl');
  const { stdout } = await command(kubectl, ['version', '--client', '--output=json']);
  const { gitVersion } = (JSON.parse(stdout) as { clientVersion: { gitVersion: string } }).clientVersion;
  const source = (file: string): string =>
    readFileSync(path.join(unpacked, 'usr/share/gocode/src/k8s.io', file), 'utf8');
  const version = gitVersion.replace(/^v/, '');
  noteEngine(UNPACKED[name].suite === 'sid' ? 'kubectl (Debian unstable)' : 'kubectl', version);
  return {
    minor: version.split('.').slice(0, 2).join('.'),
    version,
    kubectl,
    fields: derive(
      source('client-go/applyconfigurations/internal/internal.go'),
      JSON.parse(source('kubectl/testdata/openapi/swagger.json')),
    ),
  };
}

/** What a folder's kustomization comes to, by the real `kubectl kustomize`. */
export async function kustomize(kubectl: string, folder: string): Promise<Fields[]> {
  return objectsOf((await command(kubectl, ['kustomize', folder])).stdout);
}
