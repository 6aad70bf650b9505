import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'templates/report';

/** Writes the style sheet and the script of the report's page, as they are, to `<folder>/report-assets.js`. */
export function generateReportAssets(folder: string): void {
  const assets = { style: 'report.css', script: 'report.js' };
  const entries = Object.entries(assets).map(
    ([name, file]) => [name, readFileSync(join(FOLDER, file), 'utf8')] as const,
  );
  for (const [name, text] of entries) {
    // Either would end the element early, or change how its end is found.
    if (/<\/(?:style|script)|<!--/i.test(text)) throw new Error(`${FOLDER}: the ${name} holds a tag`);
  }
  const lines = entries.map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};\n`);
  writeFileSync(join(folder, 'report-assets.js'), lines.join(''));
  const types = entries.map(([name]) => `export declare const ${name}: string;\n`);
  writeFileSync(join(folder, 'report-assets.d.ts'), types.join(''));
}
