// `npm run new:runtime NAME`: makes src/runtimes/NAME from the skeleton. What only its author knows does not compile yet.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [name = ''] = process.argv.slice(2);
const runtimes = fileURLToPath(new URL('../runtimes/', import.meta.url));
const folder = join(runtimes, name);
if (!/^[a-z][a-z0-9]*$/.test(name)) stop('usage: npm run new:runtime NAME (lower-case letters and digits)');
if (existsSync(folder)) stop(`src/runtimes/${name} is there already`);

mkdirSync(folder);
const skeleton = join(runtimes, 'skeleton');
for (const file of readdirSync(skeleton).filter((entry) => entry !== 'to-fill.ts')) {
  const text = readFileSync(join(skeleton, file), 'utf8').replace(/^import \{ toFill \}.*\n/m, '');
  writeFileSync(join(folder, file), text.replaceAll('skeleton', name));
}
console.log(`src/runtimes/${name} is there. What is left, in this order:
- each \`toFill\` in it says what only you know: \`npm run typecheck\` points at them
- import \`${name}\` in src/runtimes/registry.ts, and put it into RUNTIME_LIST`);

function stop(why) {
  console.error(why);
  process.exit(2);
}
