/** A key of `backup.dumps.<name>` that only some engines know. */
export type DumpKey =
  'databases' | 'user' | 'password_from' | 'path' | 'command' | 'restore_command' | 'file';

/**
 * One kind of database. What it runs stands in `templates/dumps/<script>.sh.hbs`, a script for the place of the database that
 * knows these modes; see CONTRIBUTING.md. A new engine is a folder, a script and a line in the registry.
 */
export interface Engine {
  readonly name: string;
  /** Its name as people write it. */
  readonly title: string;
  /** The script, where another engine's will do; null for a command of the contract. */
  readonly script: string | null;
  /** `folder`: a file for each database, and one for what they share. */
  readonly shape: 'file' | 'folder';
  /** Ending of the file's name; empty for a folder, and where the contract names the file. */
  readonly ending: string;
  readonly keys: readonly DumpKey[];
  /** How its script is told of a server in a network; null where it asks none. */
  readonly network: {
    readonly port: number;
    /** The variables that name the host and the port. */
    readonly variables: { readonly host: string; readonly port: string };
    /** What the server had before a restore, as a file of `/tmp` where the client is; null where the server keeps it. */
    readonly keeps: string | null;
  } | null;
  /** The program with which the host itself reads it where the workload keeps it; null where only a server can be asked. */
  readonly reads_files: string | null;
  /** The user of the system that may ask the database, where it runs on a machine and not in a container; null for root. */
  readonly system_user: string | null;
}
