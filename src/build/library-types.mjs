// The types of the library, rolled up into one file, and what they promise: docs/library.api.md.
// `check` fails when the two differ, `update` writes the report anew.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = fileURLToPath(new URL('../../', import.meta.url));
const TYPES = 'dist/index.d.ts';
const REPORT = 'library.api.md';
/** What one file of types must not need: other packages, and what only Node.js knows. */
const FOREIGN = /^(?:import|\/\/\/ <reference)\b.*|\b(?:Buffer|NodeJS)\b/m;

/** Writes dist/index.d.ts. Throws for what the types need and do not hold, and for a report that is not true. */
export function rollUpTypes(report = 'none') {
  execFileSync('node_modules/.bin/tsc', ['-p', 'src/build/tsconfig.types.json'], { cwd: root, stdio: 'inherit' });
  const config = ExtractorConfig.prepare({
    configObject: configuration(report),
    configObjectFullPath: undefined,
    packageJsonFullPath: `${root}package.json`,
  });
  const problems = [];
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    localBuild: report === 'update',
    messageCallback: (message) => {
      if (isProblem(message)) problems.push(message.formatMessageWithLocation(root));
      message.logLevel = 'none';
    },
  });
  if (report !== 'none') problems.push(...withoutComment());
  if (report === 'check' && apiReportChanged) {
    problems.push(`docs/${REPORT} tells another library: run \`npm run update-api\` and read \`git diff\``);
  }
  const needed = FOREIGN.exec(readFileSync(root + TYPES, 'utf8'));
  if (needed !== null) problems.push(`${TYPES} does not stand alone: ${needed[0]}`);
  if (problems.length > 0 || !succeeded) throw new Error(`types of the library:\n${problems.join('\n')}`);
}

function isProblem({ category, logLevel }) {
  return category !== 'console' && ['warning', 'error'].includes(logLevel);
}

/** Each export needs a comment. Its fields have one where their name does not say it. */
function withoutComment() {
  const made = readFileSync(`${root}build/${REPORT}`, 'utf8');
  return [...made.matchAll(/^\/\/ @public \(undocumented\)\n(.*)/gm)].map(([, line]) => `no comment says what this is: ${line}`);
}

function configuration(report) {
  const all = { default: { logLevel: 'warning' } };
  return {
    projectFolder: root,
    mainEntryPointFilePath: `${root}build/types/index.d.ts`,
    newlineKind: 'lf',
    compiler: { tsconfigFilePath: `${root}src/build/tsconfig.types.json` },
    apiReport: {
      enabled: report !== 'none',
      reportFileName: REPORT,
      reportFolder: `${root}docs`,
      reportTempFolder: `${root}build`,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: true, untrimmedFilePath: root + TYPES },
    tsdocMetadata: { enabled: false },
    messages: {
      compilerMessageReporting: all,
      tsdocMessageReporting: all,
      extractorMessageReporting: {
        ...all,
        // Everything that index.ts exports is public.
        'ae-missing-release-tag': { logLevel: 'none' },
        'ae-undocumented': { logLevel: 'none' },
      },
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    rollUpTypes(process.argv[2]);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
