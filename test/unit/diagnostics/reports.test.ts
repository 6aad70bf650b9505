import { describe, expect, test } from '@jest/globals';
import { formatGithub } from '../../../src/diagnostics/format-github.js';
import { formatGitlab } from '../../../src/diagnostics/format-gitlab.js';
import { formatJunit } from '../../../src/diagnostics/format-junit.js';
import { formatSarif } from '../../../src/diagnostics/format-sarif.js';
import { finding } from '../../support/diagnostics.js';
import { sarifErrors, type SarifLog } from '../../support/sarif-schema.js';

const sarif = (...diagnostics: Parameters<typeof formatSarif>[0]): SarifLog =>
  JSON.parse(formatSarif(diagnostics, '1.2.3')) as SarifLog;
const locationOf = (log: SarifLog) => log.runs[0].results[0]?.locations[0].physicalLocation;
const fingerprintsOf = (log: SarifLog) =>
  log.runs[0].results.map(({ partialFingerprints }) => partialFingerprints['stowage/v1']);

const whole = { line: 1, column: 1, end_line: 1, end_column: 1 };

describe('sarif', () => {
  test('a log of one finding, whole', () => {
    const log = sarif(finding({ hint: 'use `a-b`' }));
    expect(sarifErrors(log)).toEqual([]);
    expect(log).toEqual({
      $schema: expect.stringMatching(/sarif-schema-2\.1\.0\.json$/),
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'stowage',
              semanticVersion: '1.2.3',
              rules: [
                {
                  id: 'STW101',
                  shortDescription: { text: 'A name is not safe as a file name, unit name or volume name.' },
                  fullDescription: { text: expect.stringContaining('Names are never altered silently') },
                  help: { text: expect.stringContaining('Names are never altered silently') },
                },
              ],
            },
          },
          originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
          columnKind: 'unicodeCodePoints',
          results: [
            {
              ruleId: 'STW101',
              ruleIndex: 0,
              level: 'error',
              message: { text: 'the name `A b` is not safe\nhint: use `a-b`' },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'services/a.yml', uriBaseId: '%SRCROOT%' },
                    region: { startLine: 3, startColumn: 5, endLine: 3, endColumn: 12 },
                  },
                },
              ],
              partialFingerprints: { 'stowage/v1': expect.stringMatching(/^[0-9a-f]{32}$/) },
            },
          ],
        },
      ],
    });
  });

  test('no finding is a valid log too', () => {
    expect(sarifErrors(sarif())).toEqual([]);
    expect(sarif().runs[0].results).toEqual([]);
  });

  test('the table of the schema refuses what SARIF does not know', () => {
    expect(sarifErrors({ ...sarif(finding()), more: 1 })).not.toEqual([]);
    const log = sarif(finding({ file: 'a b' }));
    expect(sarifErrors(JSON.parse(JSON.stringify(log).replace('a%20b', 'a b')))).not.toEqual([]);
    expect(sarifErrors(JSON.parse(JSON.stringify(log).replace('"error"', '"bad"')))).not.toEqual([]);
  });

  test('each code is one rule, however often it occurs, and results name theirs', () => {
    const { tool, results } = sarif(
      finding({ code: 'STW303' }),
      finding(),
      finding({ code: 'STW303', line: 9 }),
    ).runs[0];
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(['STW101', 'STW303']);
    expect(results.map(({ ruleIndex }) => ruleIndex)).toEqual([1, 0, 1]);
  });

  test('severities are levels', () => {
    const log = sarif(finding(), finding({ severity: 'warning' }), finding({ severity: 'info' }));
    expect(log.runs[0].results.map(({ level }) => level)).toEqual(['error', 'warning', 'note']);
  });

  test.each([
    ['services/a b#c?d%.yml', 'services/a%20b%23c%3Fd%25.yml'],
    ['a:b/é.yml', 'a%3Ab/%C3%A9.yml'],
    ['http://x/y.yml', 'http%3A//x/y.yml'],
  ])('the file %s is the relative reference %s', (file, uri) => {
    expect(locationOf(sarif(finding({ file })))?.artifactLocation).toEqual({ uri, uriBaseId: '%SRCROOT%' });
  });

  test('an absolute file is an absolute URI without a base', () => {
    expect(locationOf(sarif(finding({ file: '/srv/a b.yml' })))?.artifactLocation).toEqual({
      uri: 'file:///srv/a%20b.yml',
    });
  });

  test('a finding about a whole file points at its first line, not at a character', () => {
    expect(locationOf(sarif(finding(whole)))?.region).toEqual({ startLine: 1 });
  });

  test('braces are no placeholders, brackets no links', () => {
    const log = sarif(finding({ message: '`{{ x }}` {0} [go](https://evil.example)' }));
    expect(log.runs[0].results[0]?.message.text).toBe('`{{{{ x }}}}` {{0}} [go] (https://evil.example)');
  });

  test('fingerprints stay when lines move, differ between findings, and number equal ones', () => {
    const [one] = fingerprintsOf(sarif(finding()));
    expect(fingerprintsOf(sarif(finding({ line: 30 })))).toEqual([one]);
    const others = [
      finding({ message: 'another' }),
      finding({ file: 'services/b.yml' }),
      finding({ code: 'STW102' }),
      finding({ line: 8 }),
    ];
    expect(new Set(fingerprintsOf(sarif(finding(), ...others))).size).toBe(5);
  });
});

describe('github', () => {
  test('a command with every property', () => {
    expect(formatGithub([finding({ hint: 'use `a-b`' })])).toBe(
      '::error file=services/a.yml,line=3,endLine=3,col=5,endColumn=12,title=stowage STW101' +
        '::services/a.yml:3:5: the name `A b` is not safe%0Ahint: use `a-b`\n',
    );
  });

  test.each([
    ['warning', '::warning '],
    ['info', '::notice '],
  ] as const)('%s', (severity, start) => {
    expect(formatGithub([finding({ severity })])).toMatch(new RegExp(`^${start}`));
  });

  test('columns only for one line; none at all for a whole file', () => {
    expect(formatGithub([finding({ end_line: 5 })])).toContain('a.yml,line=3,endLine=5,title=');
    expect(formatGithub([finding(whole)])).toContain(
      '::error file=services/a.yml,title=stowage STW101::services/a.yml: the',
    );
  });

  test('what separates properties, commands and lines is escaped', () => {
    const out = formatGithub([finding({ file: 'a,b:c%.yml', message: '100% ::error::\r\n::stop' })]);
    expect(out).toContain('file=a%2Cb%3Ac%25.yml,line');
    expect(out).toMatch(/::a,b:c%25\.yml:3:5: 100%25 ::error::␍␊::stop\n$/);
  });

  test('nothing to say', () => {
    expect(formatGithub([])).toBe('');
  });
});

describe('junit', () => {
  test('a suite for each file, a case for each finding, a passing case for a file without one', () => {
    const diagnostics = [
      finding({ hint: 'use "a-b"' }),
      finding({ severity: 'warning', code: 'STW402', message: 'not <backed> up', line: 9 }),
    ];
    expect(formatJunit(diagnostics, ['stowage.yml', 'services/a.yml']))
      .toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="stowage" tests="3" failures="1" errors="0">
  <testsuite name="services/a.yml" tests="2" failures="1" errors="0">
    <testcase name="3:5 STW101 the name \`A b\` is not safe" classname="services/a.yml"><failure type="STW101" message="the name \`A b\` is not safe">error STW101 at services/a.yml:3:5&#10;the name \`A b\` is not safe&#10;hint: use &quot;a-b&quot;</failure></testcase>
    <testcase name="9:5 STW402 not &lt;backed&gt; up" classname="services/a.yml"><system-out>warning STW402 at services/a.yml:9:5&#10;not &lt;backed&gt; up</system-out></testcase>
  </testsuite>
  <testsuite name="stowage.yml" tests="1" failures="0" errors="0">
    <testcase name="no findings" classname="stowage.yml"/>
  </testsuite>
</testsuites>
`);
  });

  test('the noncharacters that XML has no place for', () => {
    expect(formatJunit([finding({ message: 'a\ufffeb\uffff' })], [])).toContain('a\ufffdb\ufffd');
  });
});

test('gitlab: every key that code quality reports have', () => {
  const severities = [
    finding({ hint: 'use `a-b`' }),
    finding({ severity: 'warning' }),
    finding({ severity: 'info' }),
  ];
  const report = JSON.parse(formatGitlab(severities)) as Record<string, unknown>[];
  expect(report[0]).toEqual({
    description: 'the name `A b` is not safe\nhint: use `a-b`',
    check_name: 'STW101',
    fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
    severity: 'major',
    location: { path: 'services/a.yml', lines: { begin: 3 } },
  });
  expect(report.map(({ severity }) => severity)).toEqual(['major', 'minor', 'info']);
  expect(formatGitlab([])).toBe('[]\n');
});
