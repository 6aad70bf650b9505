// Runs the end-to-end suite: prepares what the scenarios share, starts jest, cleans up however it ends.
// Plain JavaScript because it is what turns TypeScript into something that runs. Arguments go to jest.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

process.chdir(fileURLToPath(new URL('../../', import.meta.url)));
if (process.getuid?.() !== 0) {
  console.error('e2e: needs root: it boots machines of its own in namespaces of this host');
  process.exit(1);
}

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
const { prepare, reportTimes, sweep } = await import(new URL(bundle, `file://${process.cwd()}/`).href);

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
  await prepare();
  jest = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--config=test/e2e/jest.config.js',
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit' },
  );
  code = await new Promise((resolve, reject) => {
    jest.on('error', reject);
    jest.on('exit', (status) => resolve(status ?? 1));
  });
  reportTimes();
} finally {
  await sweep();
}
if (endedBy !== null) console.error(`e2e: ended by ${endedBy}`);
process.exit(endedBy === null ? code : 1);
