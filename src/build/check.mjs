// Everything about the sources that needs no test, side by side: none of it uses more than one processor. Says what is wrong with
// each, and fails where anything is.
import { spawn } from 'node:child_process';

const CHECKS = {
  'npm run typecheck': ['npm', 'run', '--silent', 'typecheck'],
  'npm run lint': ['npm', 'run', '--silent', 'lint'],
  'npx prettier --check .': ['npx', 'prettier', '--check', '.'],
  'npm run unused': ['npm', 'run', '--silent', 'unused'],
  'npm run api': ['npm', 'run', '--silent', 'api'],
};

/** Resolves to whether it went well; what it said is printed whole, so that nothing of two checks is mixed. */
function run([title, [program, ...words]]) {
  return new Promise((done) => {
    const said = [];
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part) => said.push(part));
    child.on('close', (code) => {
      const text = code === 0 ? '' : said.join('');
      process.stdout.write(`${code === 0 ? 'good' : 'FAILED'}: ${title}\n${text}`);
      done(code === 0);
    });
  });
}

const results = await Promise.all(Object.entries(CHECKS).map(run));
process.exitCode = results.every(Boolean) ? 0 : 1;
