import type { RuntimeName } from '../model/contract.js';
import { header } from './header.js';
import type { RenderedFile, TargetInput } from './file.js';

/** Makes files of one folder that serve every job in it; scripts may be run. */
export function sharedFilesIn(
  folder: string,
  runtime: RuntimeName | null,
  { plan, templates }: TargetInput,
): (path: string, template: string, context?: Record<string, unknown>) => RenderedFile {
  return (path, template, context = {}) => ({
    path: `${folder}/${path}`,
    content: templates.render(template, { header: header(plan, null), ...context }),
    mode: path.endsWith('.sh') ? 0o755 : 0o644,
    sources: [],
    service: null,
    runtime,
  });
}
