import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

/** Every golden case: its name, the policy that is rendered, the folder of what must come out. */
export function goldenCases() {
  return readdirSync(here, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const own = join(here, name, 'input');
      const input = existsSync(own) ? own : join(examples, name);
      return { name, config: join(input, 'stowage.yml'), expected: join(here, name, 'expected') };
    });
}

/** The reports that are kept: that of the largest example, in both forms. */
export function goldenReports() {
  const { config } = goldenCases().find(({ name }) => name === 'homelab');
  const folder = join(here, 'homelab', 'report');
  return [
    { format: 'html', config, file: join(folder, 'report.html') },
    { format: 'markdown', config, file: join(folder, 'report.md') },
  ];
}
