// Runs the end-to-end suite: prepares what the scenarios share, starts jest, cleans up however it ends.
// Plain JavaScript because it is what turns TypeScript into something that runs. Arguments go to jest.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

process.chdir(fileURLToPath(new URL('../../', import.meta.url)));
const bundle = 'build/e2e/prepare.mjs';
await build({
  entryPoints: ['test/e2e/prepare.ts'],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  logLevel: 'warning',
});
const { conclude, prepare, sweep, whyNot } = await import(new URL(bundle, `file://${process.cwd()}/`).href);

/** 1 in CI, where everything has to be there; 2 for a user, for whom the suite could not do its work. */
const notRunCode = process.env.CI ? 1 : 2;
const obstacles = whyNot();
if (obstacles.length > 0) {
  for (const line of obstacles) console.error(`e2e: nothing was run: ${line}`);
  process.exit(notRunCode);
}

const args = process.argv.slice(2);
let jest;
let endedBy = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    endedBy = signal;
    // Without a jest to wait for, what is being prepared ends with this process; the next run sweeps it up.
    if (jest === undefined) process.exit(1);
    jest.kill('SIGTERM');
  });
}

let code;
try {
  const { notRun, run, stops } = await prepare(args);
  if (stops) {
    console.error(
      `e2e: nothing was run, because of ${notRun.length} of ${notRun.length + run.length} scenarios`,
    );
    code = notRunCode;
  } else {
    const left = notRun.map((line) => line.split(':')[0]).join('|');
    jest = spawn(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        'node_modules/jest/bin/jest.js',
        '--config=test/e2e/jest.config.js',
        // The option takes every word that follows it.
        ...args,
        ...(notRun.length === 0 ? [] : [`--testPathIgnorePatterns=/(?:${left})\\.e2e\\.ts$`]),
      ],
      { stdio: 'inherit' },
    );
    code = await new Promise((resolve, reject) => {
      jest.on('error', reject);
      jest.on('exit', (status) => resolve(status ?? 1));
    });
    const isProven = conclude(args.length === 0 && notRun.length === 0);
    if (code === 0) code = !isProven ? 1 : notRun.length > 0 ? notRunCode : 0;
    for (const line of notRun) console.error(`e2e: not run: ${line}`);
  }
} finally {
  await sweep();
}
if (endedBy !== null) console.error(`e2e: ended by ${endedBy}`);
process.exit(endedBy === null ? code : 1);
