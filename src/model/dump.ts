import type { Pointer } from '../source/document.js';

/** What writes a consistent copy of a database into a file before restic runs: `backup.dumps.<name>`. Plain but for the pointer. */
export interface Dump {
  readonly name: string;
  /** Name of an engine in the registry. */
  readonly engine: string;
  /** Its file, or the folder of its files, below `/backup/<service>/dumps`. */
  readonly file: string;
  /** Only these; empty for all that there are. */
  readonly databases: readonly string[];
  /** Compose service, container or pod's container; null for the workload itself. */
  readonly container: string | null;
  /** The Service of a cluster behind which the database answers; null for the one that is named like the service. */
  readonly host: string | null;
  /** Where it answers in a network; null for the engine's own port. */
  readonly port: number | null;
  /** Who asks the database; null for its usual one. */
  readonly user: string | null;
  /** Where the password is; null where the place of the database knows it itself. */
  readonly password: { readonly file: string } | { readonly secret: string; readonly key: string } | null;
  /** Where the workload sees the database's file; null for a server. */
  readonly path: string | null;
  /** The persistent volume whose files are left out for it. */
  readonly replaces: string | null;
  /** Set where it goes straight into a snapshot of its own, and is no file beside the volumes. */
  readonly transfer?: 'stream';
  /** Bytes; a smaller dump fails. */
  readonly min_size: number;
  /** Minutes. */
  readonly timeout: number;
  /** A program with its arguments; empty where the engine has its own. */
  readonly command: readonly string[];
  /** What reads the dump again; empty where nobody says. */
  readonly restore_command: readonly string[];
  readonly pointer: Pointer;
}

/** A dump as the plan has it. */
export type PlannedDump = Omit<Dump, 'pointer' | 'container' | 'host' | 'port'> & {
  /** `/backup/<service>/dumps/<file>` */
  readonly snapshot_path: string;
};

/** How a dump is made in one place. */
export interface PlacedDump {
  readonly name: string;
  /** What runs a command where the database is; empty on the host itself. */
  readonly enter: readonly string[];
  /** Whether the host reads the file of the database itself. */
  readonly on_host: boolean;
  /** Where that place has the database's file; null for a server. */
  readonly path: string | null;
  /** Set where it is made while the rest of the service stands still, so that it fits the files. */
  readonly quiet?: true;
  /** The container of the job's own that makes it; left out where it is made beside the database. */
  readonly container?: DumpContainer;
}

/** A container that dumps a database before restic's starts. */
export interface DumpContainer {
  readonly image: string;
  /** Where the server answers; null where the container finds it by itself, or needs none. */
  readonly host: string | null;
  readonly port: number | null;
  /** The volume that holds the file of the database; null for a server. */
  readonly volume: string | null;
}
