import type { FileKind } from '../kind.js';
import { templateExtension } from '../kind.js';
import { htmlScanner } from './html.js';
import { markdownScanner } from './markdown.js';
import type { Scanner } from './scanner.js';
import { shellScanner } from './shell.js';
import { systemdScanner } from './systemd.js';
import { yamlScanner } from './yaml.js';

/** Hands the scanner of a template's kind to `use`, whatever the type of its states. */
export function withScanner<Result>(
  name: string,
  kind: FileKind,
  use: <State>(scanner: Scanner<State>) => Result,
): Result {
  switch (kind) {
    case 'systemd':
      return use(systemdScanner(templateExtension(name) === 'conf'));
    case 'shell':
      return use(shellScanner);
    case 'yaml':
      return use(yamlScanner);
    case 'markdown':
      return use(markdownScanner);
    case 'html':
      return use(htmlScanner);
  }
}

/** How many values each helper of this kind of file takes. */
export function helpersOf(name: string, kind: FileKind): Readonly<Record<string, number>> {
  return withScanner(name, kind, (scanner) => scanner.helpers);
}
