import type { EncoderName } from './encoders/index.js';
import type { FileKind } from './kind.js';
import type { TemplateProblem } from './problem.js';
import type { Draft, DraftValue, EachStep, PartialStep, Position, Program, StepOf } from './program.js';
import { withScanner } from './scan/index.js';
import type { Scanner } from './scan/scanner.js';

/** More ways through a template than this, and its places count as unknown. */
const MOST_STATES = 500;

const START: Position = [1, 1];

/**
 * Follows the literal text through every way that blocks can take, so that each tag's place is known whatever the data:
 * a state is a set of the states that a scanner may be in.
 */
class EncoderWalk<State> {
  readonly problems = new Map<object, TemplateProblem>();
  readonly encoders = new Map<object, EncoderName>();

  private readonly scanner: Scanner<State>;

  constructor(scanner: Scanner<State>) {
    this.scanner = scanner;
  }

  follow(steps: Draft, from: ReadonlyMap<string, State>): ReadonlyMap<string, State> {
    let states = from;
    steps.forEach((step, index) => {
      const next = steps[index + 1];
      states = this.step(step, states, next?.op === 'text' ? next.text : '');
    });
    return states;
  }

  private step(
    step: Draft[number],
    states: ReadonlyMap<string, State>,
    next: string,
  ): ReadonlyMap<string, State> {
    switch (step.op) {
      case 'text':
        return this.map(states, (state) => this.scanner.text(state, step.text));
      case 'value':
        return this.map(states, (state) => this.value(step, state, next));
      case 'if':
        return union(this.follow(step.yes, states), this.follow(step.no, states));
      case 'with':
        return union(this.follow(step.body, states), this.follow(step.otherwise, states));
      case 'each':
        return union(this.loop(step, states), this.follow(step.otherwise, states));
      case 'partial':
        return this.map(states, (state) => this.partial(step, state));
    }
  }

  /** Rounds of a loop until no round leads anywhere new. */
  private loop(step: EachStep<DraftValue>, from: ReadonlyMap<string, State>): ReadonlyMap<string, State> {
    let before = from;
    let exits: ReadonlyMap<string, State> = new Map();
    for (;;) {
      exits = union(exits, this.follow(step.body, before));
      const all = union(before, exits);
      if (all.size === before.size) return exits;
      if (all.size > MOST_STATES) {
        this.endless(step);
        return exits;
      }
      before = all;
    }
  }

  private map(
    states: ReadonlyMap<string, State>,
    change: (state: State) => State,
  ): ReadonlyMap<string, State> {
    return keyed([...states.values()].map(change));
  }

  private value(step: DraftValue, state: State, next: string): State {
    const result = this.scanner.tag(state, { helper: step.helper, next });
    if ('refusal' in result) {
      this.report(step, result.refusal, result.hint);
      return state;
    }
    const other = this.encoders.get(step) ?? result.encoder;
    const encoder = other === result.encoder ? other : this.scanner.common?.(other, result.encoder);
    if (encoder) this.encoders.set(step, encoder);
    else
      this.report(
        step,
        'what stands before this tag depends on the blocks around it',
        'give each block whole lines or whole words',
      );
    return result.after;
  }

  private partial(step: PartialStep, state: State): State {
    if (this.scanner.atLineStart(state, step.indent)) return this.scanner.start;
    this.report(
      step,
      'a partial cannot stand here',
      'include it outside of quotes, comments and unfinished lines',
    );
    return state;
  }

  private endless(step: EachStep<DraftValue>): void {
    const at = 'literal' in step.value ? START : step.value.at;
    const message = 'what this loop writes into one line cannot be followed';
    this.problems.set(step, {
      code: 'STW505',
      start: at,
      end: at,
      message,
      hint: 'give each round a line of its own',
    });
  }

  private report(step: DraftValue | PartialStep, message: string, hint: string): void {
    if (this.problems.has(step)) return;
    this.problems.set(step, { code: 'STW505', start: step.at, end: step.end, message, hint });
  }
}

function keyed<State>(states: readonly State[]): ReadonlyMap<string, State> {
  return new Map(states.map((state) => [JSON.stringify(state), state]));
}

function union<State>(
  a: ReadonlyMap<string, State>,
  b: ReadonlyMap<string, State>,
): ReadonlyMap<string, State> {
  return new Map([...a, ...b]);
}

function withEncoders(draft: Draft, encoders: ReadonlyMap<object, EncoderName>): Program {
  const inner = (steps: Draft): Program => withEncoders(steps, encoders);
  return draft.flatMap((step): StepOf<Extract<Program[number], { op: 'value' }>>[] => {
    if (step.op === 'text' || step.op === 'partial') return [step];
    if (step.op === 'if') return [{ ...step, yes: inner(step.yes), no: inner(step.no) }];
    if (step.op === 'each' || step.op === 'with') {
      return [{ ...step, body: inner(step.body), otherwise: inner(step.otherwise) }];
    }
    const encoder = encoders.get(step);
    return encoder === undefined ? [] : [{ op: 'value', at: step.at, encoder, values: step.values }];
  });
}

/** Gives each tag of a draft the encoder of its place; `end` is the position behind the template's last character. */
export function assignEncoders(
  name: string,
  kind: FileKind,
  draft: Draft,
  end: Position,
): { readonly program: Program; readonly problems: readonly TemplateProblem[] } {
  return withScanner(name, kind, (scanner) => {
    const walk = new EncoderWalk(scanner);
    const ends = walk.follow(draft, keyed([scanner.start]));
    const problems = [...walk.problems.values()];
    const ending = [...ends.values()].map((state) => scanner.ending(state)).find((why) => why !== '');
    if (ending !== undefined && problems.length === 0) {
      problems.push({
        code: 'STW506',
        start: end,
        end,
        message: `the template cannot end here: ${ending}`,
        hint: 'close what is open, and end the last line with a line break',
      });
    }
    return { program: withEncoders(draft, walk.encoders), problems };
  });
}
