/**
 * Contracts that have mistakes, and so are in no list of contracts. What is missing only because of them is no mistake of its
 * own: a second message about it would advise to take away what belongs there.
 */
export interface Unread {
  /** Ids that such contracts give. */
  readonly ids: ReadonlySet<string>;
  /** Whether some file could not even be read so far: any id may be in it. */
  readonly nameless: boolean;
}

export const NOTHING_UNREAD: Unread = { ids: new Set(), nameless: false };
