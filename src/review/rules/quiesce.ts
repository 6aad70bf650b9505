import type { CommandLine, PlannedHooks } from '../../model/quiesce.js';
import type { Placement, ServicePlan } from '../../model/plan.js';
import { placementName } from '../../targets/protection.js';
import { shellWord } from '../../template/encoders/shell-word.js';
import { quote, type Finding } from '../finding.js';
import type { PlacementPair } from '../match.js';
import type { ReviewInput, Rule } from '../review.js';
import { subject } from './coverage.js';

/** What stood still while files were read and does no more, or does otherwise, place by place. */
export const quiesced: Rule = ({ matched, spans }) =>
  matched.services
    .flatMap(({ placements }) => placements)
    .flatMap((pair) => {
      const before = stillness(pair.service.before, pair.before);
      const after = stillness(pair.service.after, pair.after);
      const about = {
        ...subject(pair.service.after, pair.after, null),
        ...{ before: before?.text ?? null, after: after?.text ?? null },
        span: spans.backupKey(pair.service.after, 'quiesce'),
      };
      const finding = verdict(pair, before, after);
      return finding === null ? [] : [{ ...about, ...finding }];
    });

interface Stillness {
  /** What stands still; empty for what commands see to. */
  readonly words: readonly string[];
  readonly text: string;
}

function stillness({ quiesce }: ServicePlan, { quiesce: placed }: Placement): Stillness | null {
  if (quiesce === undefined || placed === undefined) return null;
  const { mode, before, after } = quiesce;
  const commands = [...lines('before', before), ...lines('after', after)].join('; ');
  const text = [mode, ...placed.words, commands].filter((word) => word !== '').join(' ');
  return { words: placed.words, text };
}

function verdict(
  { service, after: place }: PlacementPair,
  before: Stillness | null,
  after: Stillness | null,
): Pick<Finding, 'code' | 'severity' | 'message' | 'hint'> | null {
  const name = `${quote(service.after.service_id)} on ${placementName(place)}`;
  if (before === null) {
    if (after === null) return null;
    const message = `${name} stands still while its files are read`;
    return { ...{ code: 'STW840', severity: 'info', message }, hint: '' };
  }
  if (after === null) {
    return {
      ...{ code: 'STW863', severity: 'critical' },
      message: `${name} no longer stands still while its files are read`,
      hint: 'put `quiesce` back, or make sure that nothing writes while files are copied one after the other',
    };
  }
  const kept = new Set(after.words);
  const lost = before.words.filter((word) => !kept.has(word));
  if (lost.length > 0 || (before.words.length > 0 && isNarrower(before.words, after.words))) {
    return {
      ...{ code: 'STW863', severity: 'critical' },
      message: `less of ${name} stands still while its files are read`,
      hint: 'make sure that what goes on running writes to no volume of it',
    };
  }
  if (before.text === after.text) return null;
  return {
    ...{ code: 'STW864', severity: 'warning' },
    message: `${name} stands still in another way while its files are read`,
    hint: 'look whether its files are whole then',
  };
}

/** Names now where there were none: of a whole Compose project only some services are left. */
function isNarrower(before: readonly string[], after: readonly string[]): boolean {
  return after.length > before.length && before.length === 1 && before[0]?.startsWith('project=') === true;
}

const KEYS = ['before', 'after', 'on_success', 'on_failure'] as const;

/** Commands around backups, in full: they run as root. */
export const hooksChanged: Rule = ({ matched, spans }) =>
  [
    ...matched.services.map(({ before, after }) => ({ now: after, before: hookText(before.hooks) })),
    ...matched.added.map((now) => ({ now, before: '' })),
  ].flatMap(({ now, before }) => {
    const after = hookText(now.hooks);
    return before === after ? [] : [hookFinding(now, before, after, spans)];
  });

function hookFinding(
  service: ServicePlan,
  before: string,
  after: string,
  spans: ReviewInput['spans'],
): Finding {
  const change = before === '' ? 'run now' : after === '' ? 'run no longer' : 'change';
  return {
    ...{ service: service.service_id, volume: null, runtime: null, host: null },
    ...{ code: 'STW864', severity: 'warning' },
    ...{ before: before === '' ? null : before, after: after === '' ? null : after },
    message: `commands around the backups of ${quote(service.service_id)} ${change}`,
    hint: 'read them: they run on the host as whoever runs the job, mostly root',
    span: spans.backupKey(service, 'hooks'),
  };
}

function hookText(hooks: PlannedHooks | undefined): string {
  return hooks === undefined ? '' : KEYS.flatMap((key) => lines(key, hooks[key])).join('; ');
}

function lines(key: string, commands: readonly CommandLine[]): string[] {
  return commands.map((words) => `${key}: ${words.map(shellWord).join(' ')}`);
}
