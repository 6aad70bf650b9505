/** Why lines of one kind are as they are. */
export interface Rule {
  /** Paths in the tree that it is about. */
  readonly path: RegExp;
  /** Lines that it is about, without their line breaks. */
  readonly line: RegExp;
  /** One or two sentences. */
  readonly says: string;
  /** Where the fact comes from: a man page, a chapter of a manual. */
  readonly source: string;
}

/** A rule about one kind of file. */
export type LineRule = Omit<Rule, 'path'>;
