import type { BackupPlan } from '../model/plan.js';
import type { TemplateSet } from '../template/template-set.js';

/** Templates that all know the project, whatever else they are filled with. */
export function projectTemplates(templates: TemplateSet, { project }: BackupPlan): TemplateSet {
  return {
    ...templates,
    render: (name, context, trace) => templates.render(name, { project, ...context }, trace),
  };
}
