import type { BackupPlan } from '../../model/plan.js';
import { header } from '../../rendering/header.js';

/** yamllint's own limit, less `# `; it lets a single word be longer. */
const WIDTH = 78;

/** The first lines of a file, as {@link header}, broken so that no linter finds them too long. */
export function headerLines(plan: BackupPlan, contract: string | null): string[] {
  const lines: string[] = [];
  for (const word of header(plan, contract).split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
