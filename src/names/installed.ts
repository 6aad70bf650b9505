/**
 * Every name that is installed somewhere, made in one place. A project's name holds no hyphen, and no kind does, so
 * `stowage-<project>-<kind>-<name>` can be read in one way only: two that differ in project, kind or name never meet.
 */

/**
 * Words that stand where a project's name does now: in units, folders and objects of the time when names had no project
 * in them, and in those that all projects of a host share.
 */
const TAKEN: readonly string[] = [
  'backup',
  'check',
  'failure',
  'forget',
  'installed',
  'prune',
  'queue',
  'scripts',
  'shell',
  'vzdump',
];

/** Whether the word stands for something else in installed names. */
export function isTakenProjectName(project: string): boolean {
  return TAKEN.includes(project);
}

/** What everything of a project has in common: `stowage-homelab`. */
export function projectName(project: string): string {
  return `stowage-${project}`;
}

/** `stowage-homelab-backup-wiki`: a unit without its ending, or an object whose name may be this long. */
export function installedName(project: string, kind: string, name?: string): string {
  return [projectName(project), kind, ...(name === undefined ? [] : [name])].join('-');
}

/** Scripts of a project on a host. */
export function libraryFolder(project: string): string {
  return `/usr/local/lib/stowage/${project}`;
}

/** Scripts of a project of one user, relative to the home folder. */
export function userLibraryFolder(project: string): string {
  return `.local/lib/stowage/${project}`;
}

/** What one run of a job leaves for the next; below /var/lib, or a user's own folder of that kind. */
export function stateFolder(project: string, kind: string, name: string): string {
  return `stowage/${project}/jobs/${kind}-${name}`;
}

/** The script for what surrounds a backup: hooks, and what stands still. */
export const AROUND = 'around.sh';

/** How a person has done what a job that was killed still owes. */
export function recoverCommand(project: string, isUser: boolean): string {
  return `${isUser ? `~/${userLibraryFolder(project)}` : libraryFolder(project)}/${AROUND} recover`;
}

/** Where every snapshot has the dumps of a service. */
export function dumpsFolder(service: string): string {
  return `/backup/${service}/dumps`;
}

/** Where the dumps of a service lie while a backup of a host saves them. */
export function spoolFolder(project: string, service: string): string {
  return `/var/lib/stowage/${project}/dumps/${service}`;
}

/** The same for a user of a host; below the home folder. */
export function userSpoolFolder(project: string, service: string): string {
  return `.local/state/stowage/${project}/dumps/${service}`;
}

/** Where a user of a host notes how large the last dumps of a service were; below the home folder. */
export function userDumpSizesFolder(project: string, service: string): string {
  return `.local/state/stowage/${project}/dump-sizes/${service}`;
}

/** Where a host notes how large the last dumps of a service were. */
export function dumpSizesFolder(project: string, service: string): string {
  return `/var/lib/stowage/${project}/dump-sizes/${service}`;
}

/** How a person on a host loads a dump: SNAPSHOT, then options. Below the home folder where the host's user does it. */
export function restoreDumpCommand(project: string, service: string, dump: string, isUser: boolean): string {
  return `${isUser ? userLibraryFolder(project) : libraryFolder(project)}/restore-dump-${service}-${dump}.sh`;
}

/** Where runbooks restore a volume aside on a host. */
export function asideFolder(project: string): string {
  return `/var/tmp/stowage-restore/${project}`;
}

/** A script of ours on a host. */
export function libraryScript(project: string, name: string): string {
  return `${libraryFolder(project)}/${name}`;
}

/** How a person on a host runs restic with a repository's credentials. */
export function resticCommand(project: string, repository: string): string {
  return libraryScript(project, `restic-${repository}.sh`);
}

/** How a person on a host restores one volume: SNAPSHOT SNAPSHOT_PATH TARGET, then options of restic restore. */
export function restoreCommand(project: string, repository: string): string {
  return libraryScript(project, `restore-${repository}.sh`);
}
