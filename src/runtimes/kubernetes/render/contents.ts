import type { RenderedFile } from '../../../rendering/file.js';

/** A ConfigMap that kustomize makes of files. */
export interface Generator {
  readonly name: string;
  /** Relative to the namespace's folder. */
  readonly files: readonly string[];
}

/** A script that pods of ours run. */
export interface Script {
  readonly file: string;
  readonly template: string;
}

/** What a namespace's folder holds, and which of it its kustomization lists. */
export interface Contents {
  readonly files: readonly RenderedFile[];
  /** Files that are objects. */
  readonly resources: readonly RenderedFile[];
  readonly generators: readonly Generator[];
}
