/** The parts of Handlebars' syntax tree that this program reads; Handlebars' own types leave out what may be absent. */

export interface Location {
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
}

export interface PathNode {
  readonly type: 'PathExpression';
  readonly data: boolean;
  readonly depth: number;
  readonly parts: readonly string[];
  readonly original: string;
  readonly loc: Location;
}

interface LiteralNode {
  readonly type: 'StringLiteral' | 'NumberLiteral' | 'BooleanLiteral';
  readonly value: string | number | boolean;
  readonly original: string | number | boolean;
  readonly loc: Location;
}

interface EmptyLiteralNode {
  readonly type: 'UndefinedLiteral' | 'NullLiteral';
  readonly loc: Location;
}

interface CallNode {
  readonly type: 'SubExpression';
  readonly path: ExpressionNode;
  readonly loc: Location;
}

export type ExpressionNode = PathNode | LiteralNode | EmptyLiteralNode | CallNode;

export interface HashNode {
  readonly pairs: readonly { readonly key: string; readonly value: ExpressionNode; readonly loc: Location }[];
  readonly loc: Location;
}

interface Call {
  readonly params: readonly ExpressionNode[];
  readonly hash?: HashNode;
  readonly loc: Location;
}

export interface MustacheNode extends Call {
  readonly type: 'MustacheStatement' | 'Decorator';
  readonly path: ExpressionNode;
  readonly escaped: boolean;
}

export interface BlockNode extends Call {
  readonly type: 'BlockStatement' | 'DecoratorBlock';
  readonly path: ExpressionNode;
  readonly program?: ProgramNode;
  readonly inverse?: ProgramNode;
}

export interface PartialNode extends Call {
  readonly type: 'PartialStatement' | 'PartialBlockStatement';
  readonly name: ExpressionNode;
  readonly indent?: string;
}

export interface ContentNode {
  readonly type: 'ContentStatement';
  /** Without what the parser takes away around blocks that have a line of their own. */
  readonly value: string;
  readonly original: string;
  /** Whether something was taken from the front. */
  readonly rightStripped?: boolean;
  readonly loc: Location;
}

interface CommentNode {
  readonly type: 'CommentStatement';
  readonly loc: Location;
}

export type StatementNode = MustacheNode | BlockNode | PartialNode | ContentNode | CommentNode;

export interface ProgramNode {
  readonly type: 'Program';
  readonly body: readonly StatementNode[];
  readonly blockParams?: readonly string[];
}
