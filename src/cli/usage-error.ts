/** The command line cannot be obeyed: wrong option, wrong value, nothing to work on. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** What to do about it; empty for nothing. */
  readonly hint: string;

  constructor(message: string, hint = '') {
    super(message);
    this.hint = hint;
  }
}
