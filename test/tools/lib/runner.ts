import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

/** A composite action, as far as the runner below plays it. */
export interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly shell: string;
  readonly run: string;
  readonly 'working-directory'?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly workspace: string;
  readonly actionPath: string;
  /** A folder for what the runner keeps. */
  readonly temporary: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** `github.event` of the run. */
  readonly event: unknown;
  readonly environment: NodeJS.ProcessEnv;
}

export interface JobResult {
  readonly passed: boolean;
  readonly log: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Evaluates the few parts of GitHub's expressions that the action uses: paths, strings, `==`, `&&`, `||`. */
function evaluate(expression: string, contexts: object): unknown {
  const script = expression.replace(/'[^']*'|[a-z][\w-]*(?:\.[\w-]+)+/g, (part) =>
    part.startsWith("'")
      ? part
      : part
          .split('.')
          .map((name, index) => (index === 0 ? name : `?.[${JSON.stringify(name)}]`))
          .join(''),
  );
  return runInNewContext(script, contexts) as unknown;
}

function fill(text: string, contexts: object): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => {
    const value = evaluate(expression, contexts);
    return typeof value === 'string' ? value : '';
  });
}

/** Reads `name=value` and `name<<END` … `END`, as the runner does. */
function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, name, end] = /^([^=<]+)<<(.+)$/.exec(line) ?? [];
    if (name !== undefined) {
      const close = lines.indexOf(end ?? '', at + 1);
      if (close === -1) throw new Error(`nothing ends the output ${name}`);
      outputs[name] = lines.slice(at + 1, close).join('\n');
      at = close;
    } else if (line !== '') {
      outputs[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
    }
  }
  return outputs;
}

/** Plays the steps of a composite action one after the other, until one fails. */
export function runAction(action: Action, job: Job): JobResult {
  const runner = mkdtempSync(join(job.temporary, 'runner-'));
  mkdirSync(join(runner, 'temp'));
  const defaults = Object.entries(action.inputs).map(([name, input]): [string, string] => [
    name,
    input.default,
  ]);
  const steps: Record<string, { outputs: Record<string, string> }> = {};
  const inputs = { ...Object.fromEntries(defaults), ...job.inputs };
  const contexts = { inputs, github: { event: job.event }, steps };
  const [output, summary, script] = ['output', 'summary', 'script'].map((name) => join(runner, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(summary, '');
  let log = '';
  let passed = true;
  for (const step of action.runs.steps) {
    if (step.if !== undefined && !evaluate(step.if, contexts)) continue;
    writeFileSync(output, '');
    writeFileSync(script, step.run);
    const own = Object.entries(step.env ?? {}).map(([name, text]): [string, string] => [
      name,
      fill(text, contexts),
    ]);
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', script],
      {
        cwd: join(job.workspace, fill(step['working-directory'] ?? '.', contexts)),
        encoding: 'utf8',
        env: {
          ...job.environment,
          GITHUB_ACTION_PATH: job.actionPath,
          GITHUB_OUTPUT: output,
          GITHUB_STEP_SUMMARY: summary,
          RUNNER_TEMP: join(runner, 'temp'),
          ...Object.fromEntries(own),
        },
      },
    );
    log += `${stdout}${stderr}`;
    if (step.id !== undefined) steps[step.id] = { outputs: readOutputs(readFileSync(output, 'utf8')) };
    passed = status === 0;
    if (!passed) break;
  }
  const outputs = Object.entries(action.outputs).map(([name, { value }]): [string, string] => [
    name,
    fill(value, contexts),
  ]);
  return { passed, log, summary: readFileSync(summary, 'utf8'), outputs: Object.fromEntries(outputs) };
}
