import { didYouMean } from '../diagnostics/did-you-mean.js';
import { ENCODERS } from './encoders/index.js';
import { describe, UnencodableError } from './encoders/unencodable.js';
import { resolvePartial } from './link.js';
import type {
  BranchStep,
  CompiledTemplates,
  EachStep,
  Expression,
  PartialStep,
  PathExpression,
  Program,
  TextStep,
  ValueStep,
  WithStep,
} from './program.js';
import { TemplateError } from './template-error.js';
import { wordsOf, type Trace } from './trace.js';

/** What names mean at one point of a render. */
interface Scope {
  readonly template: string;
  /** The context and those around it, innermost first. */
  readonly contexts: readonly unknown[];
  /** `@index` and the like, innermost loop first. */
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly locals: ReadonlyMap<string, unknown>;
  readonly root: unknown;
  readonly indent: string;
}

/** The output so far. The last line is kept apart: encoders look at it, and searching the whole for it takes long. */
class Output {
  private readonly lines: string[] = [];
  private line = '';

  /** Text of the template; `indent` goes before every line that it begins. */
  literal(text: string, indent: string): void {
    if (indent === '') {
      this.append(text);
      return;
    }
    for (const part of text.split(/(?<=\n)/)) {
      if (part !== '\n' && this.line === '') this.append(indent);
      this.append(part);
    }
  }

  /** An encoded value, and what was encoded; in an indented partial the line may begin with it. */
  value(encode: (line: string) => string, indent: string): string {
    if (indent !== '' && this.line === '') this.append(indent);
    const encoded = encode(this.line);
    // A block below `key: ` leaves no white space behind the colon.
    if (encoded.startsWith('\n')) this.line = this.line.replace(/ +$/, '');
    this.append(encoded);
    return encoded;
  }

  toString(): string {
    return this.lines.join('') + this.line;
  }

  private append(text: string): void {
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) this.lines.push(this.line, text.slice(0, end));
    this.line = end > 0 ? text.slice(end) : this.line + text;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As Handlebars: empty lists and text, zero, false and null are no. */
function isTruthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

class Renderer {
  private readonly output = new Output();

  private readonly templates: CompiledTemplates;
  private readonly trace: Trace | null;

  constructor(templates: CompiledTemplates, trace: Trace | null) {
    this.templates = templates;
    this.trace = trace;
  }

  render(name: string, context: unknown): string {
    const scope: Scope = {
      template: name,
      contexts: [context],
      data: [],
      locals: new Map(),
      root: context,
      indent: '',
    };
    this.program(this.templates[name] ?? [], scope);
    return this.output.toString();
  }

  private program(program: Program, scope: Scope): void {
    for (const step of program) {
      if (step.op === 'text') this.text(step, scope);
      else if (step.op === 'value') this.value(step, scope);
      else if (step.op === 'if') this.branch(step, scope);
      else if (step.op === 'each') this.each(step, scope);
      else if (step.op === 'with') this.with(step, scope);
      else this.partial(step, scope);
    }
  }

  private text(step: TextStep, scope: Scope): void {
    this.output.literal(step.text, scope.indent);
    this.trace?.text(scope.template, step);
  }

  private value(step: ValueStep, scope: Scope): void {
    const values = step.values.map((value) => evaluate(value, scope));
    try {
      const encoded = this.output.value((line) => ENCODERS[step.encoder](values, line), scope.indent);
      this.trace?.value(scope.template, step, values, encoded);
    } catch (error) {
      if (!(error instanceof UnencodableError)) throw error;
      throw new TemplateError(
        scope.template,
        step.at,
        `the value of \`${wordsOf(step.values)}\` ${error.message}`,
      );
    }
  }

  private branch(step: BranchStep<ValueStep>, scope: Scope): void {
    this.program(isTruthy(evaluate(step.test, scope)) ? step.yes : step.no, scope);
  }

  private with(step: WithStep<ValueStep>, scope: Scope): void {
    const value = evaluate(step.value, scope);
    if (!isTruthy(value)) {
      this.program(step.otherwise, scope);
      return;
    }
    this.program(step.body, inside(scope, value, scope.data, named(scope, step.names, [value])));
  }

  private each(step: EachStep<ValueStep>, scope: Scope): void {
    const list = evaluate(step.value, scope);
    const entries = listEntries(list);
    if (entries === null) {
      const [text, at] =
        'literal' in step.value ? ['the literal', [1, 1] as const] : [step.value.text, step.value.at];
      throw new TemplateError(scope.template, at, `\`${text}\` is ${describe(list)}, not a list or mapping`);
    }
    if (entries.length === 0) this.program(step.otherwise, scope);
    entries.forEach(([key, value], index) => {
      const data = { index, key, first: index === 0, last: index === entries.length - 1 };
      const locals = named(scope, step.names, [value, key]);
      this.program(step.body, inside(scope, value, [data, ...scope.data], locals));
    });
  }

  private partial(step: PartialStep, scope: Scope): void {
    const name = resolvePartial(this.templates, scope.template, step.name);
    const program = name === undefined ? undefined : this.templates[name];
    if (name === undefined || program === undefined) {
      throw new TemplateError(scope.template, step.at, `there is no template \`${step.name}\` to include`);
    }
    let context = step.context === null ? scope.contexts[0] : evaluate(step.context, scope);
    if (step.extra.length > 0) {
      if (!isRecord(context)) {
        throw new TemplateError(
          scope.template,
          step.at,
          `the context of \`${step.name}\` is ${describe(context)}, not a mapping`,
        );
      }
      const extra = step.extra.map(([key, value]) => [key, evaluate(value, scope)] as const);
      context = { ...context, ...Object.fromEntries(extra) };
    }
    this.program(program, {
      ...scope,
      template: name,
      contexts: [context],
      locals: new Map(),
      indent: scope.indent + step.indent,
    });
  }
}

/** The scope of a block that changes the context. Key by key: copies of objects are slow, and each turn of a loop needs one. */
function inside(
  { template, contexts, root, indent }: Scope,
  context: unknown,
  data: Scope['data'],
  locals: Scope['locals'],
): Scope {
  return { template, contexts: [context, ...contexts], data, locals, root, indent };
}

function named(
  scope: Scope,
  names: readonly string[],
  values: readonly unknown[],
): ReadonlyMap<string, unknown> {
  if (names.length === 0) return scope.locals;
  return new Map([...scope.locals, ...names.map((name, index) => [name, values[index]] as const)]);
}

/** What a loop goes through, null when it cannot: null counts as empty, as in Handlebars. */
function listEntries(value: unknown): (readonly [key: string | number, value: unknown])[] | null {
  if (value === null) return [];
  if (Array.isArray(value)) return value.map((item: unknown, index) => [index, item] as const);
  return isRecord(value) ? Object.entries(value) : null;
}

/** Where a path begins, and how many of its parts are gone by then; undefined where there are not so many blocks. */
function origin(
  { from, depth, parts }: PathExpression,
  scope: Scope,
): { start: unknown; gone: number } | undefined {
  const [first = ''] = parts;
  switch (from) {
    case 'local':
      return { start: scope.locals.get(first), gone: 1 };
    case 'context':
      return depth < scope.contexts.length ? { start: scope.contexts[depth], gone: 0 } : undefined;
    case 'data': {
      if (first === 'root') return { start: scope.root, gone: 1 };
      const frame = scope.data[depth];
      return frame === undefined ? undefined : { start: frame[first], gone: 1 };
    }
  }
}

/** The value of an expression. Only own properties are data; a name that is not there is an error. */
function evaluate(expression: Expression, scope: Scope): unknown {
  if ('literal' in expression) return expression.literal;
  const { parts } = expression;
  const from = origin(expression, scope);
  let value = from?.start;
  let holder: unknown = null;
  let found = from !== undefined;
  for (let at = from?.gone ?? 0; found && at < parts.length; at += 1) {
    const part = parts[at] ?? '';
    holder = value;
    found = typeof value === 'object' && value !== null && Object.hasOwn(value, part);
    value = found ? (value as Record<string, unknown>)[part] : value;
  }
  if (found && value !== undefined) return value;
  throw unknownVariable(expression, scope, isRecord(holder) ? Object.keys(holder) : []);
}

/** @param known the names that there are where the variable is looked for */
function unknownVariable(expression: PathExpression, scope: Scope, known: readonly string[]): TemplateError {
  const wanted = expression.parts.at(-1) ?? '';
  const guess = known.includes(wanted) ? null : didYouMean(wanted, known);
  const message = `there is no variable \`${expression.text}\` here`;
  return new TemplateError(scope.template, expression.at, message, guess ?? knownNames(known));
}

function knownNames(names: readonly string[]): string {
  return names.length === 0 || names.length > 40
    ? ''
    : `known here: ${names.map((name) => `\`${name}\``).join(', ')}`;
}

/** Fills the template `name`, and notes in `trace` where each line comes from. Throws {@link TemplateError}. */
export function renderProgram(
  templates: CompiledTemplates,
  name: string,
  context: unknown,
  trace: Trace | null = null,
): string {
  return new Renderer(templates, trace).render(name, context);
}
