/** README.md with every generated part made anew. */
export function currentReadme(): string;
