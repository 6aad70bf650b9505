import type { EncoderName } from './encoders/index.js';

/**
 * A compiled template: plain data, so that it can be made at build time and no template ever becomes code. Names and
 * meaning follow Handlebars; each value carries the encoder that its place in the file asks for.
 */
export type Program = readonly Step[];
type Step = StepOf<ValueStep>;

/** Where something stands in its template: line and column from 1, columns in code points. */
export type Position = readonly [line: number, column: number];

/** `Value` is what a tag compiles to: before its place is known, the helper it names; afterwards, its encoder. */
export type StepOf<Value> =
  TextStep | Value | BranchStep<Value> | EachStep<Value> | WithStep<Value> | PartialStep;

/** Text of the template, as it is. */
export interface TextStep {
  readonly op: 'text';
  /** Line of the template that it begins on. */
  readonly line: number;
  readonly text: string;
}

/** `{{x}}` or `{{helper x}}`. */
export interface ValueStep {
  readonly op: 'value';
  readonly at: Position;
  readonly encoder: EncoderName;
  readonly values: readonly Expression[];
}

/** A tag whose place is not known yet. */
export interface DraftValue {
  readonly op: 'value';
  readonly at: Position;
  /** Exclusive. */
  readonly end: Position;
  /** Empty for `{{x}}`. */
  readonly helper: string;
  readonly values: readonly Expression[];
}

export type Draft = readonly StepOf<DraftValue>[];

/** `{{#if x}}` and, with the branches exchanged, `{{#unless x}}`. */
export interface BranchStep<Value> {
  readonly op: 'if';
  readonly test: Expression;
  readonly yes: readonly StepOf<Value>[];
  readonly no: readonly StepOf<Value>[];
}

export interface EachStep<Value> {
  readonly op: 'each';
  readonly value: Expression;
  /** Names of `as |item key|`. */
  readonly names: readonly string[];
  readonly body: readonly StepOf<Value>[];
  readonly otherwise: readonly StepOf<Value>[];
}

export interface WithStep<Value> {
  readonly op: 'with';
  readonly value: Expression;
  readonly names: readonly string[];
  readonly body: readonly StepOf<Value>[];
  readonly otherwise: readonly StepOf<Value>[];
}

/** `{{> target/name context key=value}}`; `indent` goes before each line of it (YAML, Markdown). */
export interface PartialStep {
  readonly op: 'partial';
  readonly at: Position;
  /** Exclusive. */
  readonly end: Position;
  /** As written: `systemd/sandbox`. */
  readonly name: string;
  readonly indent: string;
  readonly context: Expression | null;
  readonly extra: readonly (readonly [key: string, value: Expression])[];
}

export type Expression = PathExpression | LiteralExpression;

interface LiteralExpression {
  readonly literal: string | number | boolean | null;
}

export interface PathExpression {
  readonly at: Position;
  /** As written, for messages. */
  readonly text: string;
  /** `context` goes up `depth` blocks that changed it; `data` is `@index` and the like; `local` a name of `as |…|`. */
  readonly from: 'context' | 'data' | 'local';
  readonly depth: number;
  readonly parts: readonly string[];
}

/** What generated/templates.js holds: every built-in template by name. */
export type CompiledTemplates = Readonly<Record<string, Program>>;
