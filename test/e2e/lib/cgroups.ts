import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';

/**
 * The hierarchies a booted systemd needs a group of its own in: the unified one, wherever it is mounted, and on a
 * host with the old layout the one named `systemd` as well.
 */
export function hierarchies(): string[] {
  const root = '/sys/fs/cgroup';
  if (existsSync(path.join(root, 'cgroup.procs'))) return [root];
  return ['unified', 'systemd'].map((name) => path.join(root, name)).filter((name) => existsSync(name));
}

/** Makes the group in each hierarchy; returns the files into which a process writes its id to join. */
export function makeGroups(name: string): string[] {
  return hierarchies().map((hierarchy) => {
    const group = path.join(hierarchy, name);
    mkdirSync(group, { recursive: true });
    return path.join(group, 'cgroup.procs');
  });
}

/** Names of the groups with this prefix that exist. */
export function groupsNamed(prefix: string): string[] {
  const names = hierarchies().flatMap((hierarchy) => readdirSync(hierarchy));
  return [...new Set(names.filter((name) => name.startsWith(prefix)))];
}

/** Kills every process of the group and of those below it. Processes are found by membership, never by name. */
export function killGroup(name: string): void {
  for (const group of hierarchies().flatMap((hierarchy) => groupAndBelow(path.join(hierarchy, name)))) {
    for (const pid of members(group)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended meanwhile.
      }
    }
  }
}

/** Removes the groups; false while one holds what is ending, such as a process that nobody has waited for yet. */
export function removeGroups(name: string): boolean {
  return hierarchies()
    .flatMap((hierarchy) => groupAndBelow(path.join(hierarchy, name)))
    .every((group) => {
      try {
        rmdirSync(group);
        return true;
      } catch {
        return !existsSync(group);
      }
    });
}

/** Whether a process of the group lives. */
export function groupIsBusy(name: string): boolean {
  return hierarchies()
    .flatMap((hierarchy) => groupAndBelow(path.join(hierarchy, name)))
    .some((group) => members(group).length > 0);
}

function members(group: string): number[] {
  try {
    return readFileSync(path.join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Deepest first, as removing needs it. */
function groupAndBelow(group: string): string[] {
  if (!existsSync(group)) return [];
  const below = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...below.flatMap((entry) => groupAndBelow(path.join(group, entry.name))), group];
}
