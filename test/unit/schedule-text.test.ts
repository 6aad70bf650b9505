import { expect, test } from '@jest/globals';
import { runTable } from '../../src/cli/schedule-text.js';
import type { JobRow } from '../../src/cli/schedule-rows.js';

const NEXT = ['2026-11-24T03:28:00Z', '2026-11-25T03:28:00Z', '2026-11-26T03:28:00Z'];

function row(service: string, host: string): JobRow {
  return {
    ...{ kind: 'backup', service, repository: 'main', runtime: 'docker', host },
    ...{ cron: '28 3 * * *', on_calendar: [], timezone: 'UTC', next: NEXT, worst_case_minutes: 1440 },
  };
}

test('a narrow terminal shows services, crons and the first run whole, and what is the same for all once', () => {
  expect(runTable([row('vaultwarden', 'web1'), row('paperless-ngx', 'web2')], 80)).toBe(
    `All jobs: repository main, runtime docker, timezone UTC.
The first run of each; a wider terminal or a pipe shows more.
KIND    SERVICE        HOST  CRON        WORST CASE  NEXT (UTC)
backup  vaultwarden    web1  28 3 * * *  1d          2026-11-24 03:28
backup  paperless-ngx  web2  28 3 * * *  1d          2026-11-24 03:28
`,
  );
});

test.each([null, 140])('a pipe and a wide terminal show everything: %s', (width) => {
  const table = runTable([row('vaultwarden', 'web1')], width);
  expect(table).toMatch(/^KIND +SERVICE +REPOSITORY +RUNTIME +HOST +CRON +TIMEZONE +WORST CASE +NEXT/);
  expect(table).toContain('2026-11-24 03:28, 2026-11-25 03:28, 2026-11-26 03:28');
});
