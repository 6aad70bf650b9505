import type {
  BlockNode,
  ContentNode,
  ExpressionNode,
  HashNode,
  Location,
  MustacheNode,
  PartialNode,
  PathNode,
  ProgramNode,
  StatementNode,
} from './ast.js';
import { didYouMean } from '../diagnostics/did-you-mean.js';
import { normalizeTemplate, parseTemplate, TemplateText } from './parse.js';
import type { TemplateProblem } from './problem.js';
import type { Draft, Expression, PartialStep, Position } from './program.js';
import { helpersOf } from './scan/index.js';
import type { FileKind } from './kind.js';

const BLOCK_HELPERS = ['if', 'unless', 'each', 'with'];
const DATA_NAMES = ['root', 'index', 'key', 'first', 'last'];

/** Never a name of data; refused so that no reader has to wonder. */
const PROTOTYPE_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** Turns Handlebars' tree into steps, and collects what this program does not allow. */
class Compiler {
  readonly problems: TemplateProblem[] = [];
  /** Names of `as |…|` in force, innermost last. */
  private locals: (readonly string[])[] = [];
  private readonly helpers: Readonly<Record<string, number>>;

  private readonly text: TemplateText;
  private readonly kind: FileKind;

  constructor(text: TemplateText, name: string, kind: FileKind) {
    this.text = text;
    this.kind = kind;
    this.helpers = helpersOf(name, kind);
  }

  program(node: ProgramNode | undefined): Draft {
    return (node?.body ?? []).flatMap((statement) => this.statement(statement));
  }

  private report(code: TemplateProblem['code'], loc: Location, message: string, hint = ''): void {
    this.problems.push({
      code,
      start: this.text.position(loc.start),
      end: this.text.position(loc.end),
      message,
      hint,
    });
  }

  private at(loc: Location): Position {
    return this.text.position(loc.start);
  }

  private statement(node: StatementNode): Draft {
    switch (node.type) {
      case 'ContentStatement':
        return node.value === '' ? [] : [{ op: 'text', line: firstLine(node), text: node.value }];
      case 'CommentStatement':
        return [];
      case 'MustacheStatement':
        return this.mustache(node);
      case 'BlockStatement':
        return this.block(node);
      case 'PartialStatement':
        return this.partial(node);
      case 'PartialBlockStatement':
        this.report(
          'STW502',
          node.loc,
          'partial blocks `{{#> …}}` are not available',
          'include a template with `{{> target/name}}`',
        );
        return [];
      case 'Decorator':
      case 'DecoratorBlock':
        this.report(
          'STW502',
          node.loc,
          'decorators and inline partials are not available',
          'put the part into a template of its own and include it with `{{> target/name}}`',
        );
        return [];
    }
  }

  private mustache(node: MustacheNode): Draft {
    if (!node.escaped) {
      this.report(
        'STW501',
        node.loc,
        'tags that write their value as it is (`{{{…}}}`, `{{&…}}`) are not available',
        'write `{{…}}`: the value is encoded for this kind of file',
      );
      return [];
    }
    if (node.path.type !== 'PathExpression') {
      this.report('STW502', node.loc, 'a tag has to name a variable', 'write constant text without a tag');
      return [];
    }
    const helper = this.calledHelper(node, node.path.original);
    if (helper === null) return [];
    const values = helper === '' ? [node.path] : node.params;
    const expressions = values.flatMap((value) => this.expression(value) ?? []);
    if (expressions.length !== values.length) return [];
    return [
      {
        op: 'value',
        at: this.at(node.loc),
        end: this.text.position(node.loc.end),
        helper,
        values: expressions,
      },
    ];
  }

  /** The helper that a tag names, '' for a plain variable, null after reporting a mistake. */
  private calledHelper(node: MustacheNode, name: string): string | null {
    const isCall = node.params.length > 0 || node.hash !== undefined;
    const wanted = Object.hasOwn(this.helpers, name) ? this.helpers[name] : undefined;
    if (wanted === undefined && !isCall && !BLOCK_HELPERS.includes(name)) return '';
    if (wanted === undefined) {
      this.unknownHelper(node.path.loc, name);
      return null;
    }
    if (node.params.length === wanted && node.hash === undefined) return name;
    this.report(
      'STW503',
      node.loc,
      `\`{{${name} …}}\` takes ${wanted === 1 ? 'one value' : `${wanted} values`}`,
      `a variable of this name is written \`{{this.${name}}}\``,
    );
    return null;
  }

  private unknownHelper(loc: Location, name: string): void {
    if (BLOCK_HELPERS.includes(name)) {
      this.report('STW503', loc, `\`${name}\` is a block`, `write \`{{#${name} …}}…{{/${name}}}\``);
      return;
    }
    const names = Object.keys(this.helpers);
    const known = `${this.kind} templates have ${names.map((helper) => `\`${helper}\``).join(', ')}`;
    this.report(
      'STW503',
      loc,
      `there is no helper \`${name}\` in ${this.kind} templates`,
      didYouMean(name, names) ?? known,
    );
  }

  private block(node: BlockNode): Draft {
    const name = node.path.type === 'PathExpression' ? node.path.original : '';
    if (!BLOCK_HELPERS.includes(name)) {
      this.report(
        'STW503',
        node.path.loc,
        `there is no block \`${name}\``,
        didYouMean(name, BLOCK_HELPERS) ?? 'blocks are `if`, `unless`, `each` and `with`',
      );
      return [];
    }
    const [param, ...others] = node.params;
    if (param === undefined || others.length > 0 || node.hash !== undefined) {
      this.report(
        'STW503',
        node.loc,
        `\`{{#${name} …}}\` takes one value`,
        'write the name of one variable after it',
      );
      return [];
    }
    const value = this.expression(param);
    if (value === null) return [];
    if (name === 'if' || name === 'unless') {
      const [yes, no] = [this.program(node.program), this.program(node.inverse)];
      return [{ op: 'if', test: value, yes: name === 'if' ? yes : no, no: name === 'if' ? no : yes }];
    }
    const names = node.program?.blockParams ?? [];
    this.locals.push(names);
    const body = this.program(node.program);
    this.locals.pop();
    const otherwise = this.program(node.inverse);
    return [{ op: name === 'each' ? 'each' : 'with', value, names, body, otherwise }];
  }

  private partial(node: PartialNode): Draft {
    if (node.name.type !== 'PathExpression') {
      this.report(
        'STW504',
        node.loc,
        'a partial has to be named in the template',
        'write `{{> target/name}}`',
      );
      return [];
    }
    const lines = this.text.lines;
    const before = (lines[node.loc.start.line - 1] ?? '').slice(0, node.loc.start.column);
    const after = (lines[node.loc.end.line - 1] ?? '').slice(node.loc.end.column);
    if (`${before}${after}`.trim() !== '') {
      this.report(
        'STW504',
        node.loc,
        'a partial has to stand alone on its line',
        'begin a new line before and after it',
      );
      return [];
    }
    const [param, ...others] = node.params;
    if (others.length > 0)
      this.report(
        'STW504',
        node.loc,
        'a partial takes one context',
        'name one variable, and others as `name=variable`',
      );
    const context = param === undefined ? null : this.expression(param);
    const indent = node.indent ?? '';
    const keepsIndent = this.kind === 'yaml' || this.kind === 'markdown';
    const step: PartialStep = {
      op: 'partial',
      at: this.at(node.loc),
      end: this.text.position(node.loc.end),
      name: node.name.original,
      indent: keepsIndent ? indent : '',
      context,
      extra: this.hash(node.hash),
    };
    return indent === '' || keepsIndent ? [step] : [{ op: 'text', line: step.at[0], text: indent }, step];
  }

  private hash(hash: HashNode | undefined): [string, Expression][] {
    return (hash?.pairs ?? []).flatMap(({ key, value }) => {
      const expression = this.expression(value);
      return expression === null ? [] : [[key, expression] as [string, Expression]];
    });
  }

  private expression(node: ExpressionNode): Expression | null {
    switch (node.type) {
      case 'StringLiteral':
      case 'NumberLiteral':
      case 'BooleanLiteral':
        return { literal: node.value };
      case 'NullLiteral':
        return { literal: null };
      case 'UndefinedLiteral':
        this.report('STW502', node.loc, '`undefined` is not available', 'write `null`');
        return null;
      case 'SubExpression':
        this.report('STW502', node.loc, 'calls inside a tag are not available', 'pass a variable');
        return null;
      case 'PathExpression':
        return this.path(node);
    }
  }

  private path(node: PathNode): Expression | null {
    const { parts, data, depth, original } = node;
    if (parts.some((part) => PROTOTYPE_NAMES.has(part))) {
      this.report('STW502', node.loc, `\`${original}\` is no variable`, 'only the data itself can be read');
      return null;
    }
    const [first = ''] = parts;
    if (data && !DATA_NAMES.includes(first)) {
      this.report(
        'STW502',
        node.loc,
        `there is no \`@${first}\``,
        'there are `@root`, `@index`, `@key`, `@first` and `@last`',
      );
      return null;
    }
    const from = data ? 'data' : this.isLocal(node, first) ? 'local' : 'context';
    return { at: this.at(node.loc), text: original, from, depth, parts };
  }

  /** `this.x`, `./x` and `../x` never mean a name of `as |x|`. */
  private isLocal(node: PathNode, first: string): boolean {
    const explicit = node.depth > 0 || /^(?:\.|this(?:[./]|$))/.test(node.original);
    return !explicit && this.locals.some((names) => names.includes(first));
  }
}

/** The line that a text begins on, once the parser has taken the rest of a block's own line away from its front. */
function firstLine({ value, original, rightStripped, loc }: ContentNode): number {
  if (rightStripped !== true) return loc.start.line;
  const restOfLine = /^[ \t]*\n?/.exec(original)?.[0] ?? '';
  const isCut = original.slice(restOfLine.length).startsWith(value);
  // `{{~x~}}` takes all white space away.
  const cut = isCut ? restOfLine : (/^\s*/.exec(original)?.[0] ?? '');
  return loc.start.line + cut.split('\n').length - 1;
}

/** What the text of one template compiles to, before its places are known. */
export interface CompiledDraft {
  readonly draft: Draft;
  readonly problems: readonly TemplateProblem[];
}

/** Compiles the text of the template `name`; places and partials are looked at afterwards. */
export function compileDraft(name: string, kind: FileKind, source: string): CompiledDraft {
  const text = normalizeTemplate(source);
  const parsed = parseTemplate(text);
  if ('problem' in parsed) return { draft: [], problems: [parsed.problem] };
  const compiler = new Compiler(new TemplateText(text), name, kind);
  const draft = compiler.program(parsed.tree);
  return { draft, problems: compiler.problems };
}
