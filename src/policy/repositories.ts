import { asMapping, asText } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { isMapping, type Mapping } from '../source/tagged.js';
import { checkHost, readSecretFile } from './host-rules.js';
import type { MaintenancePlace, Repository } from './policy.js';
import { readCron, readMinutes, readTimezone } from './settings.js';

const USUAL_MARGIN = 15;
const MAX_MARGIN = 12 * 60;

/** Reads `repositories`, sorted by name. `timezone` is that of the policy's defaults. */
export function readRepositories(findings: Findings, given: Mapping, timezone: string): Repository[] {
  return Object.entries(asMapping(given.repositories))
    .sort(([a], [b]) => (a < b ? -1 : 1))
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
  const cron = (value: unknown, at: Pointer, fallback: string): string =>
    readCron(findings, value, at) ?? fallback;
  const subsets = check.read_data_subsets;
  const repository = {
    name,
    url: asText(given.url) ?? '',
    password_file:
      readSecretFile(findings, given.password_file, [...pointer, 'password_file']) ?? '/etc/restic/password',
    environment_file: readSecretFile(findings, given.environment_file, [...pointer, 'environment_file']),
    kubernetes_secret: asText(given.kubernetes_secret),
    forget: cron(given.forget, [...pointer, 'forget'], '15 4 * * *'),
    prune: cron(given.prune, [...pointer, 'prune'], '45 4 * * 0'),
    check: {
      schedule: cron(check.schedule, [...pointer, 'check', 'schedule'], '45 5 * * 0'),
      read_data_subsets: subsets === null ? null : typeof subsets === 'number' ? subsets : 12,
    },
    timezone: readTimezone(findings, given.timezone, [...pointer, 'timezone']) ?? timezone,
    margin:
      readMinutes(findings, given.margin, [...pointer, 'margin'], { min: 0, max: MAX_MARGIN }) ??
      USUAL_MARGIN,
    pointer,
  };
  return maintenance === null ? null : { ...repository, maintenance };
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
