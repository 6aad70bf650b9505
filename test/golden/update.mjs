// Writes the expected trees anew. For people, who then read `git diff`; a CI that did this would test nothing.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadProject, render, report } from '../../dist/index.js';
import { goldenCases, goldenReports } from './cases.mjs';
import { currentReadme } from './readme.mjs';

if (process.env.CI) {
  console.error('update-golden: refused in CI');
  process.exit(1);
}
for (const { name, config, expected } of goldenCases()) {
  const { files, diagnostics } = render(loadProject(config));
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  if (errors.length > 0) {
    console.error(name, errors);
    process.exit(1);
  }
  rmSync(expected, { recursive: true, force: true });
  for (const file of files) {
    const path = join(expected, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.content);
    chmodSync(path, file.mode);
  }
  console.log(`${name}: ${files.length} files`);
}
for (const { config, format, file } of goldenReports()) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, report(loadProject(config), format, null).result);
}
writeFileSync('README.md', currentReadme());
