// How jest reads a test: as one module with all of ours that it imports. Loading some hundred modules one by one for each
// test file costs more than most tests do.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
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

export default {
  getCacheKey: (_source, path) => createHash('sha256').update(key).update(path).digest('hex'),
  async processAsync(_source, path) {
    const { outputFiles } = await build({
      entryPoints: [path],
      outfile: `${path}.js`,
      write: false,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      packages: 'external',
      // Large, and made once.
      external: ['#generated/*'],
      sourcemap: 'external',
      logLevel: 'silent',
      plugins: [ownAddress],
      // CommonJS inside asks for `require`; an ES module has none of its own.
      banner: {
        js: "import { createRequire as ownRequire } from 'node:module'; const require = ownRequire(import.meta.url);",
      },
    });
    const text = (end) => outputFiles.find((file) => file.path.endsWith(end)).text;
    return { code: text('.js'), map: text('.map') };
  },
};
