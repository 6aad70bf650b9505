import type { Diagnostic } from './diagnostic.js';
import { printable } from './printable.js';
import { messageText } from './report-text.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
};

/** Text for an element or an attribute of XML 1.0, which has no place for two of the noncharacters. */
function xml(text: string): string {
  return text
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"'\n]/g, (character) => ENTITIES[character] ?? character);
}

/** A finding: an error fails its case; a case with a warning or a note passes and shows it. */
function findingCase(diagnostic: Diagnostic, classname: string): string {
  const { code, severity, span, message } = diagnostic;
  const name = xml(`${span.line}:${span.column} ${code} ${printable(message)}`);
  const text = `${severity} ${code} at ${printable(span.file)}:${span.line}:${span.column}\n${messageText(diagnostic)}`;
  const content =
    severity === 'error'
      ? `<failure type="${code}" message="${xml(printable(message))}">${xml(text)}</failure>`
      : `<system-out>${xml(text)}</system-out>`;
  return `    <testcase name="${name}" classname="${classname}">${content}</testcase>\n`;
}

function suite(file: string, findings: readonly Diagnostic[]): string {
  const name = xml(printable(file));
  const failures = findings.filter(({ severity }) => severity === 'error').length;
  const cases =
    findings.length === 0
      ? `    <testcase name="no findings" classname="${name}"/>\n`
      : findings.map((diagnostic) => findingCase(diagnostic, name)).join('');
  const counts = `tests="${Math.max(1, findings.length)}" failures="${failures}" errors="0"`;
  return `  <testsuite name="${name}" ${counts}>\n${cases}  </testsuite>\n`;
}

/**
 * Diagnostics as JUnit XML, which most CI servers show as test results: a suite for each file, a case for each
 * finding, a case that passes for a file without one (servers take a report without tests for a failure).
 *
 * @param files that were read, under the names that spans use
 */
export function formatJunit(diagnostics: readonly Diagnostic[], files: Iterable<string>): string {
  const byFile = new Map<string, Diagnostic[]>();
  for (const file of [...files, ...diagnostics.map(({ span }) => span.file)].sort()) byFile.set(file, []);
  for (const diagnostic of diagnostics) byFile.get(diagnostic.span.file)?.push(diagnostic);
  const suites = [...byFile].map(([file, findings]) => suite(file, findings));
  const failures = diagnostics.filter(({ severity }) => severity === 'error').length;
  const tests = [...byFile.values()].reduce((sum, findings) => sum + Math.max(1, findings.length), 0);
  const head = `<testsuites name="stowage" tests="${tests}" failures="${failures}" errors="0">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.join('')}</testsuites>\n`;
}
