/** One command, as a list of arguments. */
export type Command = readonly string[];
/** Commands joined by pipes; most have one. */
export type Pipeline = readonly Command[];

/** What a copy button copies: commands that are typed one after the other in one place. */
export interface Fence {
  /** Where one types it and what it is for, as a sentence without its colon. */
  readonly lead: string;
  readonly pipelines: readonly Pipeline[];
}

/** One step of a restore: what to do and why, then what to type. */
export interface Step {
  readonly heading: string;
  readonly text: string;
  /** Typed where the whole guide is. */
  readonly pipelines: readonly Pipeline[];
  /** Commands after those, each list in a fence of its own. */
  readonly fences?: readonly Fence[];
}

/** What is typed at one place. */
export interface Typed {
  readonly text: string;
  readonly pipelines: readonly Pipeline[];
}

/** A step with single commands only. */
export function step(heading: string, text: string, commands: readonly Command[]): Step {
  return { heading, text, pipelines: commands.map((command) => [command]) };
}

/** A fence of single commands. */
export function fence(lead: string, commands: readonly Command[]): Fence {
  return { lead, pipelines: commands.map((command) => [command]) };
}

/** A step of several fences. */
export function fenced(heading: string, text: string, fences: readonly Fence[]): Step {
  return { heading, text, pipelines: [], fences };
}

/** What the template shows of a step. @param at where its commands are typed */
export function shown({ heading, text, pipelines, fences = [] }: Step, at: string) {
  const own = pipelines.length === 0 ? [] : [{ lead: at, pipelines }];
  return { heading, text, fences: [...own, ...fences] };
}
