import { settingsOf } from '../settings.js';
import type { Contract } from '../../../model/contract.js';
import type { Diagnostic } from '../../../diagnostics/diagnostic.js';
import type { Job } from '../../../model/job.js';
import type { Check, CheckInput } from '../../../model/check.js';
import { groupBy } from '../../../lookup/group.js';
import { effectiveSettings } from '../../../model/settings.js';
import type { Policy } from '../../../model/policy.js';
import { showDuration } from '../../../schedule/show.js';
import { inUtc, type UtcSchedule } from '../../../schedule/utc-schedule.js';
import type { Pointer, SourceDocument } from '../../../source/document.js';
import { unheardOfDefaults, withoutKey } from '../honoured.js';

/** Defaults that an operator does nothing about: one finding for each key, whatever the number of services. */
export const unheardDefaults: Check = (input) => {
  const { policy } = input;
  const { method } = settingsOf(policy.runtimes);
  const found = backedUpBy(input).flatMap((contract) =>
    unheardOfDefaults(policy, contract).map((unheard) => ({ ...unheard, contract })),
  );
  return [...groupBy(found, ({ key }) => key)].map(([key, services]): Diagnostic => ({
    code: 'STW559',
    severity: 'warning',
    message: `\`method: ${method}\` does not honour \`${key}\`, which is handed down to ${named(services)}: ${withoutKey(key)}`,
    span: policy.document.span(['defaults', key], 'key'),
    hint: `use \`method: restic\`, or set \`${key}\` only in contracts that are backed up by restic`,
  }));
};

/** Time zones that an operator does not know: when the backups run otherwise than somebody wrote. */
export const unknownTimezones: Check = (input) => {
  const { policy, zones } = input;
  const shifted = backedUpBy(input, ({ zone }) => zone === 'operator').flatMap((contract) => {
    const { schedule, timezone } = effectiveSettings(policy, contract);
    const utc = inUtc({ schedule, timezone }, zones);
    const isRight = timezone === 'UTC' || (utc.isTranslated && utc.offsets.length === 1);
    return isRight ? [] : [{ contract, schedule, timezone, utc, ...writtenAt(policy, contract) }];
  });
  // A zone of the defaults is one finding; a schedule that cannot be told is one for each place that it stands in.
  const places = groupBy(shifted, ({ document, pointer, schedule, utc }) =>
    JSON.stringify([document.file, pointer, utc.isTranslated ? null : schedule]),
  );
  return [...places.values()].flatMap(([first, ...others]): Diagnostic[] => {
    if (first === undefined) return [];
    const { schedule, timezone, utc, document, pointer } = first;
    const { method } = settingsOf(policy.runtimes);
    const whose = others.length === 0 ? '' : ` (${named([first, ...others])})`;
    return [
      {
        code: 'STW582',
        severity: 'warning',
        message: `\`method: ${method}\` knows no time zone but UTC, and \`${timezone}\` is no fixed part of it: ${shiftText(schedule, utc)}${whose}`,
        span: document.span(pointer),
        hint: 'write the schedule with `timezone: UTC`; `stowage schedule` shows when backups really run',
      },
    ];
  });
};

/** Repositories of an operator's own, below those of the policy: no job of anybody's checks them. */
export const uncheckedRepositories: Check = (input) => {
  const { policy } = input;
  const { method } = settingsOf(policy.runtimes);
  const contracts = backedUpBy(input, ({ store }) => store?.in === 'below-repository');
  if (contracts.length === 0) return [];
  const services = contracts.map((contract) => ({ contract }));
  return [
    {
      code: 'STW553',
      severity: 'warning',
      message: `\`method: ${method}\` backs up each claim into a repository of its own, which nothing checks: damage to the backups of ${named(services)} is found out at a restore`,
      span: policy.document.span(['runtimes', 'kubernetes', 'method']),
      hint: 'check them by hand as the page of each service says, or use `method: restic`',
    },
  ];
};

/** The services that such a job in the cluster backs up. */
function backedUpBy({ deployed, plan }: CheckInput, isMeant: (job: Job) => boolean = () => true): Contract[] {
  const jobs = plan.jobs.filter((job) => job.place.on === 'cluster' && isMeant(job));
  const backedUp = new Set(jobs.map(({ service }) => service));
  const contracts = deployed
    .filter(({ runtime }) => runtime === 'kubernetes')
    .map(({ contract }) => contract);
  return [...new Set(contracts)].filter(({ service_id }) => backedUp.has(service_id));
}

/** Where a service's time zone is written: in its contract, or in the defaults. */
function writtenAt(
  policy: Policy,
  { document, backup }: Contract,
): { document: SourceDocument; pointer: Pointer } {
  return backup.settings.timezone === undefined
    ? { document: policy.document, pointer: ['defaults', 'timezone'] }
    : { document, pointer: ['backup', 'timezone'] };
}

/** So many services are named. */
const NAMED = 3;

function named(services: readonly { readonly contract: Contract }[]): string {
  const names = services.slice(0, NAMED).map(({ contract }) => `\`${contract.service_id}\``);
  const more = services.length - names.length;
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`;
}

/** How far runs lie from where they are meant to be, and on how many days of the year. */
function shiftText(schedule: string, { isTranslated, offsets }: UtcSchedule): string {
  const cronIsFor = isTranslated ? (offsets[0]?.minutes ?? 0) : 0;
  const shifts = offsets
    .map(({ minutes, days }) => ({ days, shift: minutes - cronIsFor }))
    .filter(({ shift }) => shift !== 0)
    .map(({ days, shift }) => {
      const late = `${showDuration(Math.abs(shift))} ${shift > 0 ? 'late' : 'early'}`;
      return offsets.length === 1 ? late : `${late} on ${days} days of the year`;
    });
  return isTranslated
    ? `its backups run ${shifts.join(', and ')}`
    : `no line of cron says \`${schedule}\` in UTC, so it runs ${shifts.join(', and ')}`;
}
