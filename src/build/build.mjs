// Builds everything that is made from sources: build/generated (validators, templates), then dist/.
// Plain JavaScript because it is what turns TypeScript into something that runs.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildProgram } from './program.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
process.chdir(root);
mkdirSync('build/generated', { recursive: true });

const common = { bundle: true, platform: 'node', target: 'node20.19', format: 'esm', logLevel: 'warning' };

await build({ ...common, entryPoints: ['src/build/generate.ts'], outfile: 'build/generate.mjs', packages: 'external' });
const { generate } = await import(new URL('build/generate.mjs', `file://${root}`).href);
await generate(`${root}build/generated`);

// CommonJS dependencies ask for `require`; an ES module has none of its own.
const banner = {
  js: "import { createRequire as stowageRequire } from 'node:module'; const require = stowageRequire(import.meta.url);",
};
rmSync('dist', { recursive: true, force: true });
// Either of the two may be done first.
mkdirSync('dist');
// The library: one module.
const library = { entryPoints: { index: 'src/index.ts' }, outdir: 'dist', minifySyntax: true, banner };
await Promise.all([build({ ...common, ...library }), buildProgram()]);
// Those that people name in their editors; old plans are read by nobody but `diff`.
for (const name of ['contract', 'policy', 'plan'])
  cpSync(`build/generated/schemas/${name}.schema.json`, `dist/schemas/${name}.schema.json`);
// Only users of the library want its types. npm runs `prepare` last before it packs, so that is where they have to be made.
if (['pack', 'publish'].includes(process.env.npm_command)) {
  const { rollUpTypes } = await import('./library-types.mjs');
  rollUpTypes();
}
