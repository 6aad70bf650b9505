// The program: dist/program-<hash>.cjs, what V8 compiled of it when it rendered an example, and dist/stowage.js, which starts
// the one with the other. Compiling is a third of what a short run costs.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

export async function buildProgram() {
  const { outputFiles } = await build({
    entryPoints: ['src/bin.ts'],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    logLevel: 'warning',
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [narrowText],
    define: { 'import.meta.url': 'stowageAddress' },
    // An expression: a function that is given what a module of CommonJS has, and returns what it exports.
    banner: {
      js: "(function (require, __filename) { const module = {}; const stowageAddress = require('node:url').pathToFileURL(__filename).href;",
    },
    footer: { js: 'return module.exports; })' },
  });
  const [{ contents }] = outputFiles;
  const name = `program-${hashOf(contents).slice(0, 16)}`;
  writeFileSync(`dist/${name}.cjs`, contents);
  writeCodeCache(`dist/${name}.cjs`, `dist/${name}.cache`);
  writeFileSync('dist/stowage.js', starter(name, hashOf(readFileSync(`dist/${name}.cache`))));
  chmodSync('dist/stowage.js', 0o755);
}

/** Most text is ASCII, and as wide as it is long; string-width takes a tenth of a short run to get ready for all other. */
const narrowText = {
  name: 'narrow-text',
  setup(builder) {
    builder.onResolve({ filter: /^string-width$/ }, ({ pluginData }) =>
      pluginData === 'itself' ? undefined : { path: 'string-width', namespace: 'narrow-text' },
    );
    builder.onResolve({ filter: /^string-width\/itself$/ }, ({ resolveDir }) =>
      builder.resolve('string-width', { resolveDir, kind: 'import-statement', pluginData: 'itself' }),
    );
    builder.onLoad({ filter: /.*/, namespace: 'narrow-text' }, () => ({
      resolveDir: process.cwd(),
      contents: `const ASCII = /^[\\x20-\\x7e]*$/;
export default (text, options) =>
  ASCII.test(text) ? text.length : require('string-width/itself').default(text, options);`,
    }));
  },
};

const hashOf = (content) => createHash('sha256').update(content).digest('hex');

/** In a process of its own: what it compiles is what a render needs, and no more. */
function writeCodeCache(program, cache) {
  const out = mkdtempSync(join(tmpdir(), 'stowage-build-'));
  const words = ['render', '--config', 'examples/homelab/stowage.yml', '--out', join(out, 'tree')];
  const { status, stderr } = spawnSync(
    process.execPath,
    ['src/build/code-cache.mjs', program, cache, ...words],
    { encoding: 'utf8' },
  );
  rmSync(out, { recursive: true, force: true });
  if (status !== 0) throw new Error(`the example is not rendered: ${stderr}`);
}

/** V8 refuses what another version of it compiled, and believes all else: so a cache is only read as it was written. */
const starter = (name, hash) => `#!/usr/bin/env node
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const folder = dirname(fileURLToPath(import.meta.url));
const filename = join(folder, '${name}.cjs');

/** What is compiled already; nothing where it is not there, or not what was built. */
function codeCache() {
  if (process.version !== '${process.version}') return undefined;
  try {
    const cache = readFileSync(join(folder, '${name}.cache'));
    return createHash('sha256').update(cache).digest('hex') === '${hash}' ? cache : undefined;
  } catch {
    return undefined;
  }
}

const script = new Script(readFileSync(filename, 'utf8'), { filename, cachedData: codeCache() });
script.runInThisContext()(createRequire(filename), filename).start(process.argv.slice(2));
`;
