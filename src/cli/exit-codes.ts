/** What the program's exit codes mean; part of the interface. */
export const EXIT = {
  clean: 0,
  /** Invalid input, or a tree that differs. */
  problems: 1,
  /** Wrong usage, or the program could not do its work. */
  failed: 2,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
