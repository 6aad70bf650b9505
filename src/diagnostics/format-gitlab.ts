import type { Diagnostic, Severity } from './diagnostic.js';
import { jsonDocument } from './format-json.js';
import { fingerprints, messageText } from './report-text.js';

const SEVERITIES: Readonly<Record<Severity, string>> = { error: 'major', warning: 'minor', info: 'info' };

/**
 * Diagnostics as a code quality report of GitLab (`artifacts: reports: codequality`), which merge requests show: a
 * list with description, check, fingerprint, severity and place of each finding.
 *
 * @param diagnostics with files relative to the root of the repository
 */
export function formatGitlab(diagnostics: readonly Diagnostic[]): string {
  const names = fingerprints(diagnostics);
  return jsonDocument(
    diagnostics.map((diagnostic, index) => ({
      description: messageText(diagnostic),
      check_name: diagnostic.code,
      fingerprint: names[index],
      severity: SEVERITIES[diagnostic.severity],
      location: { path: diagnostic.span.file, lines: { begin: diagnostic.span.line } },
    })),
  );
}
