import type { BackupPlan } from '../plan/plan.js';
import type { TemplateSet } from '../template/engine.js';

/** Templates that all know the project, whatever else they are filled with. */
export function projectTemplates(templates: TemplateSet, { project }: BackupPlan): TemplateSet {
  return {
    ...templates,
    render: (name, context, trace) => templates.render(name, { project, ...context }, trace),
  };
}
