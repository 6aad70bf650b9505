import fc from 'fast-check';
import { CODES, type DiagnosticCode } from '../../src/diagnostics/codes.js';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js';
import { hostileText } from './hostile-text.js';

const codes = Object.keys(CODES) as DiagnosticCode[];

/** {@link hostileText} with what means something to readers of reports alone. */
const reportText = fc
  .tuple(
    hostileText,
    fc.constantFrom('', '', '%0A::error::x', '%25', '{0}', '}', '[a](b:c)', '\ufffe'),
    hostileText,
  )
  .map((parts) => parts.join(''));

/** Diagnostics whose file, message and hint are made to break out of the place that they are written in. */
export const hostileDiagnostic: fc.Arbitrary<Diagnostic> = fc
  .record({
    code: fc.constantFrom(...codes),
    severity: fc.constantFrom('error', 'warning', 'info'),
    message: reportText,
    hint: fc.option(reportText, { nil: undefined }),
    file: fc.oneof(
      reportText,
      reportText.map((text) => `/srv/${text}`),
    ),
    place: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
    size: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 9 })),
  })
  .map(({ code, severity, message, hint, file, place: [line, column], size: [lines, columns] }) => {
    const span = { file, line, column, end_line: line + lines, end_column: column + columns };
    return { code, severity, message, span, ...(hint === undefined ? {} : { hint }) };
  });

export const hostileDiagnostics = fc.array(hostileDiagnostic, { maxLength: 4 });

/** A finding in one file that the parts of `more` change. */
export function finding(
  more: Partial<Omit<Diagnostic, 'span'>> & Partial<Diagnostic['span']> = {},
): Diagnostic {
  const { file = 'services/a.yml', line = 3, column = 5, end_line = line, end_column = 12, ...rest } = more;
  const span = { file, line, column, end_line, end_column };
  return { code: 'STW101', severity: 'error', message: 'the name `A b` is not safe', span, ...rest };
}
