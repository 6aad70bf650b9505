import { TIMED_KINDS } from '../jobs/registry.js';
import { asMapping, asText } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { findSecret } from '../source/secrets.js';
import { isMapping, type Mapping } from '../source/yaml-values.js';
import { localPath } from '../model/repository-url.js';
import { readFriendlySchedule } from '../contract/friendly-schedule.js';
import { checkHost, readSecretFile } from '../source/host-rules.js';
import type { MaintenancePlace, MaintenanceTime, Repository } from '../model/policy.js';
import { readCron, readMinutes, readTimezone } from '../contract/settings.js';
import { compareText } from '../text/compare.js';

const USUAL_MARGIN = 15;
const MAX_MARGIN = 12 * 60;
const USUAL_SUBSETS = 12;
/** Reads `repositories`, sorted by name. `timezone` is that of the policy's defaults. */
export function readRepositories(findings: Findings, given: Mapping, timezone: string): Repository[] {
  return Object.entries(asMapping(given.repositories))
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([name, item]) =>
      isMapping(item) ? (readRepository(findings, name, item, timezone) ?? []) : [],
    );
}

function readRepository(
  findings: Findings,
  name: string,
  given: Mapping,
  timezone: string,
): Repository | null {
  const pointer: Pointer = ['repositories', name];
  const maintenance = readMaintenance(findings, name, given, pointer);
  const check = asMapping(given.check);
  const times = TIMED_KINDS.map(({ name: kind, usual_time }) => [
    kind,
    readTime(findings, given[kind], [...pointer, kind]) ?? usual_time,
  ]);
  const subsets = check.read_data_subsets;
  checkAddress(findings, asText(given.url) ?? '', [...pointer, 'url']);
  const repository = {
    name,
    url: asText(given.url) ?? '',
    password_file:
      readSecretFile(findings, given.password_file, [...pointer, 'password_file']) ?? '/etc/restic/password',
    environment_file: readSecretFile(findings, given.environment_file, [...pointer, 'environment_file']),
    kubernetes_secret: asText(given.kubernetes_secret),
    times: Object.fromEntries(times) as Repository['times'],
    read_data_subsets: subsets === null ? null : typeof subsets === 'number' ? subsets : USUAL_SUBSETS,
    timezone: readTimezone(findings, given.timezone, [...pointer, 'timezone']) ?? timezone,
    margin:
      readMinutes(findings, given.margin, [...pointer, 'margin'], { min: 0, max: MAX_MARGIN }) ??
      USUAL_MARGIN,
    pointer,
  };
  return maintenance === null ? null : { ...repository, maintenance };
}

/** Jobs run in no folder of their own, so that a relative path means nothing; most are addresses with a slip in them. */
function checkAddress(findings: Findings, url: string, pointer: Pointer): void {
  const path = localPath(url);
  // An address with a password in it is reported already, and must not be shown.
  if (path === null || path === '' || path.startsWith('/') || findSecret(url) !== null) return;
  findings.error(
    'STW214',
    pointer,
    `\`${url}\` is neither a path from \`/\` nor an address that restic knows`,
    {
      hint: 'write the full path, or begin with `rest:`, `s3:`, `sftp:`, `b2:`, `azure:`, `gs:`, `swift:` or `rclone:`',
    },
  );
}

/** A cron expression, or `schedule`, `every` and `window` of a mapping; null when absent or reported. */
function readTime(findings: Findings, value: unknown, pointer: Pointer): MaintenanceTime | null {
  if (!isMapping(value)) {
    const schedule = readCron(findings, value, pointer);
    return schedule === null ? null : { schedule, spread: 0 };
  }
  const friendly = readFriendlySchedule(findings, value, pointer);
  if (friendly !== null) return { spread: 0, ...friendly };
  const schedule = readCron(findings, value.schedule, [...pointer, 'schedule']);
  return schedule === null ? null : { schedule, spread: 0 };
}

function readMaintenance(
  findings: Findings,
  name: string,
  given: Mapping,
  pointer: Pointer,
): MaintenancePlace | null {
  const at = [...pointer, 'maintenance'];
  const place = given.maintenance;
  // A value of the wrong type is already reported.
  if (place !== undefined && !isMapping(place)) return null;
  const { host, namespace } = asMapping(place);
  if (host !== undefined && namespace !== undefined) {
    findings.error(
      'STW206',
      at,
      `repository \`${name}\` is maintained in two places: a host and a namespace`,
      {
        part: 'key',
        hint: 'keep one; two places that prune would lock each other out',
      },
    );
    return null;
  }
  if (typeof host === 'string')
    return checkHost(findings, host, [...at, 'host']) ? { kind: 'host', host } : null;
  if (typeof namespace === 'string') return { kind: 'namespace', namespace };
  if (host !== undefined || namespace !== undefined) return null;
  findings.error('STW205', at, `nobody maintains repository \`${name}\``, {
    part: 'key',
    hint: 'add `maintenance: { host: NAME }` or `maintenance: { namespace: NAME }`: the one place that forgets, prunes and checks',
  });
  return null;
}
