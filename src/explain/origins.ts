import type { TemplateSet } from '../template/template-set.js';
import { Trace, type LineOrigin } from '../template/trace.js';

interface Filling {
  readonly name: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Templates that remember what they made, so that it can be made again, this time watched. */
export interface Recorded {
  readonly templates: TemplateSet;
  /** The templates that remember nothing. */
  readonly plain: TemplateSet;
  /** What wrote line `line` (from 1) of a text that the templates made; empty when they made no such text. */
  origins(text: string, line: number): readonly LineOrigin[];
}

/** Wraps templates; what one template put into another one as a value is followed into it. */
export function recordTemplates(templates: TemplateSet): Recorded {
  const fillings = new Map<string, Filling>();
  const recording: TemplateSet = {
    has: (name) => templates.has(name),
    names: () => templates.names(),
    render(name, context, trace) {
      const text = templates.render(name, context, trace);
      fillings.set(text, { name, context });
      return text;
    },
  };
  const origins = (text: string, line: number): readonly LineOrigin[] => {
    const filling = fillings.get(text);
    if (filling === undefined) return [];
    const trace = new Trace();
    templates.render(filling.name, filling.context, trace);
    return trace.line(line).flatMap((origin) => {
      const inner = typeof origin.value === 'string' ? origins(origin.value, origin.part + 1) : [];
      return [origin, ...inner];
    });
  };
  return { templates: recording, plain: templates, origins };
}
