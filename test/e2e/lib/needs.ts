import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { hierarchies } from './cgroups.js';
import { debianMirror, isOnPath } from './host.js';
import type { Scenarios } from './proof.js';

/** What this suite has to know about a host before it does anything there. */
export interface HostFacts {
  readonly isRoot: boolean;
  /** `ID=` of os-release(5); empty when there is none. */
  readonly distribution: string;
  readonly hasApt: boolean;
  /** Address of apt's mirror; null when apt is configured with none. */
  readonly mirror: string | null;
  /** Whether a control group can be made where a booted systemd needs one. */
  readonly hasControlGroups: boolean;
  readonly hasOverlay: boolean;
}

/** Looks at this host; changes nothing. */
export function lookAtHost(): HostFacts {
  const release = readOr('/etc/os-release');
  const groups = hierarchies();
  const hasApt = isOnPath('apt-get');
  return {
    isRoot: process.getuid?.() === 0,
    distribution: /^ID="?([^"\n]*)"?$/m.exec(release)?.[1] ?? '',
    hasApt,
    mirror: hasApt ? mirrorOrNull() : null,
    hasControlGroups: groups.length > 0 && groups.every(isWritable),
    hasOverlay: /\toverlay$/m.test(readOr('/proc/filesystems')),
  };
}

/** Why no scenario can run on such a host; empty when they can. */
export function obstacles(facts: HostFacts): string[] {
  const isDebian = facts.distribution === 'debian';
  const found: (string | false)[] = [
    !facts.isRoot && 'it needs root: it boots machines of its own in namespaces of this host',
    !isDebian &&
      `it needs Debian, whose packages its machines are made of; this is ${facts.distribution || 'unknown'}`,
    !facts.hasApt && 'it needs apt, which brings every engine',
    isDebian &&
      facts.hasApt &&
      facts.mirror === null &&
      "it needs a mirror in apt's configuration for this release",
    // Nobody but root can tell.
    facts.isRoot &&
      !facts.hasControlGroups &&
      'it needs control groups that it may write to (below /sys/fs/cgroup): systemd does not boot without',
    !facts.hasOverlay &&
      'it needs overlay file systems in the kernel: each machine is a layer over a shared tree',
  ];
  return found.filter((line) => line !== false);
}

/** What becomes of a run when something is missing. */
export interface Decision {
  /** Scenarios that can run. */
  readonly run: readonly string[];
  /** Those that cannot, each with the reason. */
  readonly notRun: readonly string[];
  /** Whether to stop before the first scenario. */
  readonly stops: boolean;
}

/**
 * Scenarios that arguments for jest ask for: those whose path a positional one matches; all without any.
 */
export function askedFor(scenarios: Scenarios, args: readonly string[]): Scenarios {
  const patterns = args.filter((arg) => !arg.startsWith('-'));
  const matching = Object.entries(scenarios).filter(([name]) =>
    patterns.some((pattern) => `test/e2e/${name}.e2e.ts`.includes(pattern)),
  );
  return matching.length === 0 ? scenarios : Object.fromEntries(matching);
}

/**
 * In CI a missing engine ends the run. Elsewhere the scenarios run that can; the others are named with the reason, and
 * the run does not end as if all were well.
 *
 * @param missing trees and packages that are not to be had, with the reason
 */
export function decide(scenarios: Scenarios, missing: ReadonlyMap<string, string>, isCi: boolean): Decision {
  const notRun: string[] = [];
  const run: string[] = [];
  for (const [name, { needs }] of Object.entries(scenarios)) {
    const lacking = needs.filter((need) => missing.has(need));
    const reasons = lacking.map((need) => `no ${need}: ${missing.get(need) ?? ''}`);
    if (lacking.length === 0) run.push(name);
    else notRun.push(`${name}: ${reasons.join('; ')}`);
  }
  return { run, notRun, stops: run.length === 0 || (isCi && notRun.length > 0) };
}

function mirrorOrNull(): string | null {
  try {
    return debianMirror();
  } catch {
    return null;
  }
}

function readOr(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Also for root: nobody writes to what is mounted read-only. */
function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
