import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js';
import { formatGithub } from '../../src/diagnostics/format-github.js';
import { formatGitlab } from '../../src/diagnostics/format-gitlab.js';
import { formatJunit } from '../../src/diagnostics/format-junit.js';
import { formatSarif } from '../../src/diagnostics/format-sarif.js';
import { printable } from '../../src/diagnostics/printable.js';
import { hostileDiagnostic, hostileDiagnostics } from '../support/diagnostics.js';
import { hostileText } from '../support/hostile-text.js';
import { sarifErrors, type SarifLog } from '../support/sarif-schema.js';
import { readXml } from '../support/xml-reader.js';

const RUNS = { numRuns: 500 };

/** What each format should tell of a finding, read back. */
const textOf = ({ message, hint }: Diagnostic): string =>
  `${printable(message)}${hint === undefined || hint === '' ? '' : `\nhint: ${printable(hint)}`}`;

test('a SARIF log is valid and names the file, whatever it is called', () => {
  fc.assert(
    fc.property(hostileDiagnostics, (diagnostics) => {
      const log = JSON.parse(formatSarif(diagnostics, '1.0.0')) as SarifLog;
      expect(sarifErrors(log)).toEqual([]);
      for (const [index, { message, locations }] of log.runs[0].results.entries()) {
        const diagnostic = diagnostics[index];
        if (diagnostic === undefined) throw new Error('a result without a diagnostic');
        // Doubled braces are what a reader shows as one; single ones would be placeholders.
        expect(message.text).toMatch(/^(?:[^{}]|\{\{|\}\})*$/);
        expect(message.text.replace(/\{\{|\}\}/g, (pair) => pair.charAt(0))).toBe(
          textOf(diagnostic).replaceAll('](', '] ('),
        );
        const { uri, uriBaseId } = locations[0].physicalLocation.artifactLocation;
        const path = uriBaseId === undefined ? uri.slice('file://'.length) : uri;
        expect(decodeURIComponent(path)).toBe(diagnostic.span.file.replace(/\p{Surrogate}/gu, '\ufffd'));
        expect(path).not.toMatch(/[?#:]/);
      }
    }),
    RUNS,
  );
});

/** What the runner of GitHub Actions makes of a line: the order of its replacements is its own. */
function readCommand(line: string): { command: string; properties: Record<string, string>; message: string } {
  const [, command = '', list = '', data = ''] = /^::(\w+) (.*?)::(.*)$/su.exec(line) ?? [];
  const plain = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n');
  const properties = list.split(',').map((pair): [string, string] => {
    const at = pair.indexOf('=');
    const value = plain(pair.slice(at + 1))
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',');
    return [pair.slice(0, at), value.replaceAll('%25', '%')];
  });
  return { command, properties: Object.fromEntries(properties), message: plain(data).replaceAll('%25', '%') };
}

test('each line for GitHub is one command that reads back as it was meant', () => {
  fc.assert(
    fc.property(hostileDiagnostic, (diagnostic) => {
      const out = formatGithub([diagnostic]);
      expect(out.match(/[\r\n]/g)).toEqual(['\n']);
      const { command, properties, message } = readCommand(out.slice(0, -1));
      expect(['error', 'warning', 'notice']).toContain(command);
      expect(properties).toMatchObject({
        file: printable(diagnostic.span.file),
        title: `stowage ${diagnostic.code}`,
      });
      for (const name of Object.keys(properties))
        expect('file line endLine col endColumn title').toContain(name);
      expect(message.endsWith(` ${textOf(diagnostic)}`)).toBe(true);
    }),
    RUNS,
  );
});

test('a JUnit report is XML whose counts are right and whose texts read back', () => {
  fc.assert(
    fc.property(hostileDiagnostics, fc.array(hostileText, { maxLength: 3 }), (diagnostics, files) => {
      const report = readXml(formatJunit(diagnostics, files));
      const cases = report.children.flatMap((suite) => suite.children);
      const failures = cases.filter(({ children }) => children[0]?.name === 'failure');
      expect(report.attributes).toMatchObject({ tests: `${cases.length}`, failures: `${failures.length}` });
      expect(failures).toHaveLength(diagnostics.filter(({ severity }) => severity === 'error').length);
      const names = new Set([...files, ...diagnostics.map(({ span }) => span.file)]);
      expect(report.children).toHaveLength(names.size);
      const texts = cases.flatMap(({ children }) => children.map(({ text }) => text));
      for (const diagnostic of diagnostics) {
        const text = textOf(diagnostic).replace(/[\ufffe\uffff]/g, '\ufffd');
        expect(texts.some((found) => found.endsWith(`\n${text}`))).toBe(true);
      }
    }),
    RUNS,
  );
});

test('a report for GitLab has a fingerprint of its own for each finding', () => {
  fc.assert(
    fc.property(hostileDiagnostics, (diagnostics) => {
      const twice = [...diagnostics, ...diagnostics];
      const report = JSON.parse(formatGitlab(twice)) as { fingerprint: string; description: string }[];
      expect(new Set(report.map(({ fingerprint }) => fingerprint)).size).toBe(twice.length);
      expect(report.map(({ description }) => description)).toEqual(twice.map(textOf));
    }),
    RUNS,
  );
});
