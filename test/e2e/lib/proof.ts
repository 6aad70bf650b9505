/** Versions of each engine that a scenario has run on, by scenario and engine; all sorted. */
export type Proof = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** What a scenario is for (scenarios.json). */
interface Scenario {
  /** What it proves, for the README. */
  readonly shows: string;
  /** Trees that its machines are booted from, and unpacked packages. */
  readonly needs: readonly string[];
  /** Engines that do its work; a machine may have others, which prove nothing. */
  readonly engines: readonly string[];
}
export type Scenarios = Readonly<Record<string, Scenario>>;

/** What came of one scenario in a run. */
export interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  /** Tests that were skipped, or filtered out by `-t`. */
  readonly notRun: number;
  readonly milliseconds: number;
}

/** Lines of the reporter (reporter.mjs). */
export function readOutcomes(lines: readonly (readonly string[])[]): Outcome[] {
  return lines.map(([name = '', ...numbers]) => {
    const [passed = 0, failed = 0, notRun = 0, milliseconds = 0] = numbers.map(Number);
    return { name, passed, failed, notRun, milliseconds };
  });
}

/**
 * Engines of those scenarios that passed as a whole.
 *
 * @param noted scenario, engine and version, as machines said
 */
export function proofOf(
  outcomes: readonly Outcome[],
  noted: readonly (readonly string[])[],
  scenarios: Scenarios,
): Proof {
  const whole = outcomes.filter(({ passed, failed, notRun }) => passed > 0 && failed === 0 && notRun === 0);
  const names = whole.map(({ name }) => name).sort();
  return Object.fromEntries(
    names.map((name) => {
      const engines = [...(scenarios[name]?.engines ?? [])].sort();
      const versions = (engine: string): string[] =>
        noted.filter(([of, which]) => of === name && which === engine).map(([, , version = '']) => version);
      return [
        name,
        Object.fromEntries(engines.map((engine) => [engine, [...new Set(versions(engine))].sort()])),
      ];
    }),
  );
}

export interface Comparison {
  /** Make the run fail. */
  readonly problems: readonly string[];
  /** Are only said. */
  readonly remarks: readonly string[];
}

/** Moves on by itself: no version of it is promised. */
const UNSTABLE = ' (Debian unstable)';

/**
 * Holds what a run has seen against what the README says. Scenarios, their engines and the first two numbers of
 * versions have to be the same. Beyond these, a stable Debian only gets repairs, at any time: that is no reason for a
 * failure, and neither is any version of Debian's unstable.
 *
 * @param isWhole whether the whole suite ran; otherwise scenarios may be missing
 */
export function compareProof(seen: Proof, committed: Proof, isWhole: boolean): Comparison {
  const problems: string[] = [];
  const remarks: string[] = [];
  for (const name of [...new Set([...Object.keys(seen), ...Object.keys(committed)])].sort()) {
    const [now, then] = [seen[name], committed[name]];
    if (then === undefined) problems.push(`${name}: not in proven.json`);
    else if (now !== undefined) compareEngines(name, now, then, problems, remarks);
    else if (isWhole) problems.push(`${name}: in proven.json, but not proven by this run`);
  }
  return { problems, remarks };
}

function compareEngines(
  name: string,
  now: Proof[string],
  then: Proof[string],
  problems: string[],
  remarks: string[],
): void {
  for (const engine of [...new Set([...Object.keys(now), ...Object.keys(then)])].sort()) {
    const [is, was] = [now[engine] ?? [], then[engine] ?? []];
    if (is.join() === was.join() && is.length > 0) continue;
    const line = `${name}: ${engine} is ${is.join(', ') || 'not there'}, was ${was.join(', ') || 'not there'}`;
    const isDrift = is.length > 0 && was.length > 0;
    const isSmall = minors(is) === minors(was) || engine.endsWith(UNSTABLE);
    (isDrift && isSmall ? remarks : problems).push(line);
  }
}

function minors(versions: readonly string[]): string {
  return [...new Set(versions.map((version) => version.split('.').slice(0, 2).join('.')))].join();
}
