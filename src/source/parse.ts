import { constructFromEvents, EVENT_ID, parseEvents, YAMLException, type Event } from 'js-yaml';
import { wholeFile, type Diagnostic } from '../diagnostics/diagnostic.js';
import { append } from './append.js';
import { Lines } from './lines.js';
import { MAX_DEPTH } from './nodes.js';
import { EMPTY_HINT, type InputFile } from './read.js';
import { diagnoseDocument, expansionProblem } from './structure.js';
import { YamlDocument } from './yaml-document.js';
import { syntaxDiagnostic } from './yaml-errors.js';
import { YAML_SCHEMA } from './yaml-schema.js';

const MAX_ALIASES = 1000;
const MAX_MERGED_KEYS = 10_000;

/**
 * Reads the YAML documents of one file. The first syntax error of a file ends its reading (the parser cannot go
 * on); duplicate keys, bad aliases and the like are all reported. Empty documents are left out; a file that holds
 * nothing else is an error. On any error `documents` lacks the documents that are wrong.
 */
export function parseYaml(input: InputFile): { documents: YamlDocument[]; diagnostics: Diagnostic[] } {
  const lines = new Lines(input.text);
  let events: Event[];
  try {
    events = parseEvents(input.text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return { documents: [], diagnostics: [syntaxDiagnostic(input.file, lines, error)] };
  }
  const documents: YamlDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  const parts = splitDocuments(events);
  for (const part of parts) {
    const result = readDocument(input, lines, part);
    if (result instanceof YamlDocument) {
      if (result.value !== null && result.value !== undefined) documents.push(result);
    } else {
      append(diagnostics, result);
    }
  }
  if (documents.length === 0 && diagnostics.length === 0) {
    const message = `\`${input.file}\` holds no YAML document`;
    diagnostics.push({
      code: 'STW003',
      severity: 'error',
      message,
      span: wholeFile(input.file),
      hint: EMPTY_HINT,
    });
  }
  return { documents, diagnostics };
}

function readDocument(input: InputFile, lines: Lines, events: Event[]): YamlDocument | Diagnostic[] {
  const inner = events.slice(1, -1);
  if (inner.some((event) => event.type === EVENT_ID.ALIAS)) {
    // Before the value is made: an alias bomb must not reach anything that walks values.
    const problem = expansionProblem(input.file, lines, inner);
    if (problem !== null) return [problem];
  }
  try {
    const options = {
      source: input.text,
      schema: YAML_SCHEMA,
      maxAliases: MAX_ALIASES,
      maxTotalMergeKeys: MAX_MERGED_KEYS,
    };
    const [value] = constructFromEvents(events, options);
    return new YamlDocument(input.file, value, lines, inner);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return diagnoseDocument(input.file, lines, inner, error);
  }
}

/** The events of each document, the opening and closing ones included. */
function splitDocuments(events: readonly Event[]): Event[][] {
  const parts: Event[][] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) parts.push([]);
    parts.at(-1)?.push(event);
  }
  return parts;
}
