/** A kind of data that is broken when its files are copied one after the other while they are written. */
export interface LiveData {
  /** What `plan.json` calls it. */
  readonly name: string;
  /** Its name as people write it. */
  readonly title: string;
  /**
   * Images that run it: the last part of a repository's name, or the last two where one alone says too little. Whoever
   * mirrors an image keeps these, and changes the registry.
   */
  readonly images: readonly string[];
  /** Where these images keep it. */
  readonly paths: readonly string[];
  /** Those of the paths at which nobody keeps anything else, whatever the image. */
  readonly own_paths: readonly string[];
  /** A variable of the environment that names another path. */
  readonly path_variable?: string;
  /** Programs of these images that ask a server and are none. */
  readonly clients: readonly string[];
  readonly servers: readonly string[];
  /** Variables that only clients have. */
  readonly client_variables?: readonly string[];
  /** Other words for it in `storage[]`, beside its name. */
  readonly aliases?: readonly string[];
  /** The engine of `backup.dumps` that mends it; null where only a command of its own does. */
  readonly engine: string | null;
  /** How it copies itself while it runs, where no engine does it; follows `its own way is`. */
  readonly own_way: string | null;
}

/** An application that keeps its data in SQLite, unless it is told of another database. */
export interface SqliteApplication {
  readonly title: string;
  /** As in {@link LiveData}. */
  readonly images: readonly string[];
  /** Where the images keep the file; several where that depends on the version or on who made the image. */
  readonly files: readonly string[];
  /** Set where it can use no other database, so that one beside it is another one's. */
  readonly only_sqlite?: true;
}
