import type { TemplateSet } from './template-set.js';

/** Texts that are kept at most; those of the first rendering come first, and most later ones are like them. */
const KEPT_TEXTS = 5000;

/**
 * The same templates, for one project that is rendered again and again with small changes: a template that is filled
 * as before gives the text that it gave. What a template reads of its context is what JSON can say.
 */
export function rememberTexts(templates: TemplateSet): TemplateSet {
  const known = new Map<string, string>();
  return {
    has: (name) => templates.has(name),
    names: () => templates.names(),
    render(name, context, trace) {
      if (trace !== undefined) return templates.render(name, context, trace);
      const key = JSON.stringify([name, context]);
      const found = known.get(key);
      if (found !== undefined) return found;
      const text = templates.render(name, context);
      if (known.size < KEPT_TEXTS) known.set(key, text);
      return text;
    },
  };
}
