import type { Event, YAMLException } from 'js-yaml';
import type { DiagnosticCode } from '../diagnostics/codes.js';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';
import type { Lines } from './lines.js';
import { buildNodes, MAX_ALIASED_NODES, MAX_DEPTH, type StructureIssue, type YamlNode } from './nodes.js';
import { syntaxDiagnostic } from './yaml-errors.js';

/**
 * Every structural mistake of a document that could not be constructed: duplicate keys, keys that are no scalars,
 * aliases without anchor, bad merges. Falls back to the constructor's own complaint.
 */
export function diagnoseDocument(
  file: string,
  lines: Lines,
  events: readonly Event[],
  error: YAMLException,
): Diagnostic[] {
  const diagnostics = readNodes(lines, events).map((issue) => describe(file, lines, issue));
  return diagnostics.length > 0 ? diagnostics : [syntaxDiagnostic(file, lines, error)];
}

/** What forbids constructing a document with aliases: one that holds itself, or far too many nodes or levels. */
export function expansionProblem(file: string, lines: Lines, events: readonly Event[]): Diagnostic | null {
  const fatal = new Set<StructureIssue['kind']>(['own_alias', 'too_large', 'too_deep']);
  const issue = readNodes(lines, events).find(({ kind }) => fatal.has(kind));
  return issue === undefined ? null : describe(file, lines, issue);
}

function readNodes(lines: Lines, events: readonly Event[]): StructureIssue[] {
  const issues: StructureIssue[] = [];
  buildNodes(lines.text, events, (issue) => issues.push(issue));
  return issues;
}

function describe(file: string, lines: Lines, issue: StructureIssue): Diagnostic {
  const make = (
    code: DiagnosticCode,
    message: string,
    start: number,
    end: number,
    hint: string,
  ): Diagnostic => {
    return { code, severity: 'error', message, span: spanBetween(file, lines, start, end), hint };
  };
  switch (issue.kind) {
    case 'duplicate': {
      const line = lines.lineAt(issue.first.start);
      const hint = `the first \`${issue.name}\` is on line ${line}; remove or rename one`;
      return make('STW012', `duplicate key \`${issue.name}\``, issue.key.start, issue.key.end, hint);
    }
    case 'complex_key':
      return describeComplexKey(lines, issue.key, issue.parent, make);
    case 'unknown_alias': {
      const hint = `define it with \`&${issue.name}\` before this line, or quote a value that starts with \`*\``;
      return make('STW013', `alias \`*${issue.name}\` has no anchor`, issue.start, issue.end, hint);
    }
    case 'own_alias': {
      const hint = 'write the value out';
      return make(
        'STW014',
        `alias \`*${issue.name}\` stands inside the value it names`,
        issue.start,
        issue.end,
        hint,
      );
    }
    case 'too_large': {
      const message = `the aliases up to this one stand for more than ${MAX_ALIASED_NODES} values`;
      return make(
        'STW014',
        message,
        issue.start,
        issue.end,
        'write the values out, or drop the aliases of aliases',
      );
    }
    case 'too_deep': {
      const message = `this alias nests the document more than ${MAX_DEPTH} levels deep`;
      return make('STW015', message, issue.start, issue.end, 'flatten the document');
    }
    case 'bad_merge': {
      const hint = 'write `<<: *name` where `name` anchors a mapping, or a list of such aliases';
      return make('STW017', 'a merge key takes mappings only', issue.key.start, issue.key.end, hint);
    }
  }
}

/** A key that is a mapping or a list: almost always `key: {{ reference }}` without quotes. */
function describeComplexKey(
  lines: Lines,
  key: YamlNode,
  parent: YamlNode,
  make: (code: DiagnosticCode, message: string, start: number, end: number, hint: string) => Diagnostic,
): Diagnostic {
  const rest = lines.text.slice(parent.start, lines.lineEnd(parent.start));
  const expression = /^\{\{.*?\}\}/.exec(rest)?.[0];
  if (expression === undefined) {
    return make(
      'STW016',
      'a mapping or a list cannot be a key',
      key.start,
      key.end,
      'use plain text as the key',
    );
  }
  const end = parent.start + expression.length;
  const whole = rest.replace(/\s+(?:#.*)?$/, '');
  const hint = `quote the whole value: \`"${whole}"\``;
  return make(
    'STW016',
    `\`${expression}\` needs quotes: YAML reads a bare \`{\` as a mapping`,
    parent.start,
    end,
    hint,
  );
}

function spanBetween(file: string, lines: Lines, start: number, end: number): Span {
  const from = lines.at(start);
  const to = lines.at(Math.min(Math.max(start, end), lines.lineEnd(start)));
  return { file, line: from.line, column: from.column, end_line: to.line, end_column: to.column };
}
