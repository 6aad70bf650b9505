import { KUBERNETES_RULES } from './kubernetes.js';
import { PAGE_RULES } from './pages.js';
import { RESTIC_RULES } from './restic.js';
import type { LineRule, Rule } from './rule.js';
import { SYSTEMD_RULES } from './systemd.js';

const about = (path: RegExp, rules: readonly LineRule[]): readonly Rule[] =>
  rules.map((rule) => ({ path, ...rule }));

/** Every rule that `stowage explain` knows. */
export const RULES: readonly Rule[] = [
  ...about(/\.md$/, PAGE_RULES),
  ...about(/\.(?:service|timer|container)$/, SYSTEMD_RULES),
  ...about(/^kubernetes\/.*\.yaml$/, KUBERNETES_RULES),
  ...about(/\.(?:service|sh|container|yaml|md)$/, RESTIC_RULES),
];

/** The rules about a line of a file in the tree; comments are their own explanation. */
export function rulesFor(path: string, line: string): readonly Rule[] {
  if (/^\s*#/.test(line)) return [];
  return RULES.filter((rule) => rule.path.test(path) && rule.line.test(line));
}
