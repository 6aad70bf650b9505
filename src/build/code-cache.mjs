// code-cache.mjs PROGRAM CACHE WORDS...: runs the program with these words, and writes what V8 has compiled of it by then.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { Script } from 'node:vm';

const [program, cache] = process.argv.slice(2, 4).map((file) => resolve(file));
process.argv.splice(1, 3, program);
const script = new Script(readFileSync(program, 'utf8'), { filename: program });
process.on('exit', () => {
  writeFileSync(cache, script.createCachedData());
});
script.runInThisContext()(createRequire(program), program).start(process.argv.slice(2));
