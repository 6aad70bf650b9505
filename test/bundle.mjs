// How jest reads a test: as one module with all of ours that it imports. Loading some hundred modules one by one for each
// test file costs more than most tests do.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import glob from 'fast-glob';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Everything that a test may import, and how it is read. */
const inputs = createHash('sha256');
for (const file of glob
  .sync(['{src,test,build/generated}/**/*.{ts,mts,js,mjs}', 'package-lock.json'], { cwd: root })
  .sort())
  inputs.update(file).update(readFileSync(`${root}${file}`));
const key = inputs.digest('hex');

/** The bundles of these inputs; all in one folder, because their source maps have one root. */
const folder = `${root}build/tests/${key}`;
const bundleOf = (test) => `${folder}/${relative(root, test).replaceAll('/', '+')}.js`;

/** Modules go on to know where their sources lie. */
const ownAddress = {
  name: 'own-address',
  setup(build) {
    build.onLoad({ filter: /\.m?[jt]s$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8');
      const url = JSON.stringify(pathToFileURL(path).href);
      return {
        contents: contents.replaceAll('import.meta.url', url),
        loader: path.endsWith('ts') ? 'ts' : 'js',
      };
    });
  },
};

/** Bundles those of the tests that are not yet: what they share is read once for all. */
export async function bundle(tests) {
  const missing = tests.filter((test) => !existsSync(bundleOf(test)));
  if (missing.length === 0) return;
  // Two that bundle the same must not see each other's halves.
  const own = `${folder}.${process.pid}`;
  await build({
    entryPoints: missing.map((test) => ({ in: test, out: basename(bundleOf(test), '.js') })),
    outdir: own,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    // Large, and made once.
    external: ['#generated/*'],
    sourcemap: 'external',
    sourceRoot: folder,
    sourcesContent: false,
    logLevel: 'silent',
    plugins: [ownAddress],
    // CommonJS inside asks for `require`; an ES module has none of its own.
    banner: {
      js: "import { createRequire as ownRequire } from 'node:module'; const require = ownRequire(import.meta.url);",
    },
  });
  mkdirSync(folder, { recursive: true });
  // Maps first, so that no bundle is there without its map.
  for (const name of readdirSync(own).sort().reverse()) renameSync(`${own}/${name}`, `${folder}/${name}`);
  rmSync(own, { recursive: true });
}

/** Removes the bundles of other inputs; who still needs one makes it anew. */
export function removeOld() {
  const all = dirname(folder);
  if (!existsSync(all)) return;
  for (const name of readdirSync(all))
    if (name !== key) rmSync(`${all}/${name}`, { recursive: true, force: true });
}

export default {
  getCacheKey: (_source, path) => createHash('sha256').update(key).update(path).digest('hex'),
  async processAsync(_source, path) {
    await bundle([path]);
    const file = bundleOf(path);
    return { code: readFileSync(file, 'utf8'), map: readFileSync(`${file}.map`, 'utf8') };
  },
};
