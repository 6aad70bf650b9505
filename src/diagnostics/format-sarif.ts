import { CODES, type DiagnosticCode } from './codes.js';
import type { Diagnostic, Severity } from './diagnostic.js';
import { jsonDocument } from './format-json.js';
import { fingerprints, isWholeFile, messageText } from './report-text.js';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** What relative paths are relative to. Without a `uri`, so that the same input gives the same bytes anywhere. */
const BASE = '%SRCROOT%';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

/**
 * A plain text message (§3.11): braces doubled, because single ones are placeholders (§3.11.5), and no `](`, which
 * would make a link of text that somebody wrote (§3.11.6; escaping it would depend on the backslashes before it).
 */
function messageString(text: string): string {
  return text.replace(/[{}]/g, '$&$&').replaceAll('](', '] (');
}

/**
 * The location of a file (§3.4): a relative reference against the base, or an absolute `file` URI. Every character
 * that means something in a URI is percent-encoded.
 */
function artifactLocation(file: string): { uri: string; uriBaseId?: string } {
  const path = file
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  return path.startsWith('/') ? { uri: `file://${path}` } : { uri: path, uriBaseId: BASE };
}

/** The part of the file (§3.30); columns count code points and the end is exclusive, as ours. */
function region(diagnostic: Diagnostic): Readonly<Record<string, number>> {
  const { line, column, end_line, end_column } = diagnostic.span;
  if (isWholeFile(diagnostic)) return { startLine: 1 };
  return { startLine: line, startColumn: column, endLine: end_line, endColumn: end_column };
}

/** What the code means (§3.49), for people who open a result. */
function rule(code: DiagnosticCode): Readonly<Record<string, unknown>> {
  const text = messageString(CODES[code]);
  const firstSentence = /^.*?\.(?= |$)/.exec(text)?.[0] ?? text;
  return { id: code, shortDescription: { text: firstSentence }, fullDescription: { text }, help: { text } };
}

function result(
  diagnostic: Diagnostic,
  fingerprint: string | undefined,
  rules: readonly DiagnosticCode[],
): Readonly<Record<string, unknown>> {
  const { code, severity, span } = diagnostic;
  return {
    ruleId: code,
    ruleIndex: rules.indexOf(code),
    level: LEVELS[severity],
    message: { text: messageString(messageText(diagnostic)) },
    locations: [
      { physicalLocation: { artifactLocation: artifactLocation(span.file), region: region(diagnostic) } },
    ],
    partialFingerprints: { 'stowage/v1': fingerprint },
  };
}

/**
 * Diagnostics as one SARIF 2.1.0 log (OASIS), which code scanning and editors read: one run, a rule for each code that
 * occurs, results in the caller's order. Source lines are never part of it, so neither are secrets.
 *
 * @param diagnostics with files relative to the root of the sources, or absolute
 * @param version of this program
 */
export function formatSarif(diagnostics: readonly Diagnostic[], version: string): string {
  const rules = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const names = fingerprints(diagnostics);
  return jsonDocument({
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'stowage', semanticVersion: version, rules: rules.map(rule) } },
        originalUriBaseIds: { [BASE]: { description: { text: 'The root of the repository.' } } },
        columnKind: 'unicodeCodePoints',
        results: diagnostics.map((diagnostic, index) => result(diagnostic, names[index], rules)),
      },
    ],
  });
}
