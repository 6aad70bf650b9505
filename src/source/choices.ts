/** The value when it is one of `choices`, else the first of them: the schema has reported anything else. */
export function oneOf<const Choice extends string>(
  value: unknown,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  return choices.find((choice) => choice === value) ?? choices[0];
}
