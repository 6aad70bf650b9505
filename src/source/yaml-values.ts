/** A mapping of a YAML document. It has no prototype, so `constructor` and `__proto__` are keys like any other. */
export type Mapping = Record<string, unknown>;

/** What stands for a `!vault` value. It does not hold the text, so that nothing can copy it. */
export class VaultedValue {
  readonly kind = 'vault';
}

/** Text tagged `!unsafe` that looks like an expression: Ansible takes it literally, so we do too. */
export class LiteralText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export function isMapping(value: unknown): value is Mapping {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof VaultedValue) &&
    !(value instanceof LiteralText)
  );
}

/** A mapping without prototype. */
export function emptyMapping(): Mapping {
  return Object.create(null) as Mapping;
}
