import { commandWords, logicalLines, type TemplateChange } from '../template-changes.js';
import { matchesWholeVolume } from '../../excludes/match.js';
import { quote, type Finding } from '../finding.js';
import type { Rule } from '../review.js';
import { byText, inFiles, SHARED } from './template-texts.js';

const UPKEEP =
  /(?:^|[\s/=(])(?:restic (?:.* )?(?:forget|prune|check)|forget\.sh|apply-retention\.sh|check-repository\.sh|--prune)(?=\s|$)/;
const GROUPING = /--(?:group-by|host|tag)[ =](\S+)/g;

/** A path that snapshots show. */
const SOURCE = /\/backup\/[^\s"':]+/g;

/** Templates that take away what keeps the data: sources, times, forget, prune, check, and the grouping of history. */
export const brokenJobs: Rule = (input) => {
  const changes = input.templateChanges;
  const critical = { ...SHARED, severity: 'critical' as const };
  const sources = byText(changes, (change) => [
    ...lostMatches(change, SOURCE),
    ...lostWords(change, (word) => word.startsWith('/backup/')),
    ...lostWords(change, (word) => /(?:^|\/)backup(?:\.sh)?$/.test(word) && !word.startsWith('/backup/')),
  ]);
  const times = byText(changes, (change) =>
    /^OnCalendar=/m.test(change.after) ? [] : change.lost.filter((line) => line.startsWith('OnCalendar=')),
  );
  const upkeep = byText(changes, (change) =>
    change.lost.filter(
      (line) => UPKEEP.test(line) && !logicalLines(change.after).some((other) => UPKEEP.test(other)),
    ),
  );
  const grouping = byText(changes, (change) => lostMatches(change, GROUPING));
  const idle = byText(changes, (change) => [
    ...gainedWords(change, (word) => /^(?:-n|--dry-run(?:=.*)?)$/.test(word)),
    ...change.added.filter((line) => /^suspend: ["']?true/.test(line)),
  ]);
  return [
    ...idle.map(({ text, paths }): Finding => ({
      ...critical,
      code: 'STW806',
      before: null,
      after: text,
      message: `a template adds ${quote(text)} to ${inFiles(paths)}: nothing is backed up by it`,
      hint: 'take it out of the template',
      span: input.spans.template(text, paths),
    })),
    ...[...sources, ...times].map(({ text, paths }): Finding => ({
      ...critical,
      code: 'STW806',
      before: text,
      after: null,
      message: `a template takes ${quote(text)} out of ${inFiles(paths)}`,
      hint: 'without it nothing is backed up there; put it back into the template',
      span: input.spans.template(text, paths),
    })),
    ...upkeep.map(({ text, paths }): Finding => ({
      ...critical,
      code: 'STW813',
      before: text,
      after: null,
      message: `a template takes forget, prune or check out of ${inFiles(paths)}`,
      hint: 'put it back into the template',
      span: input.spans.template(text, paths),
    })),
    ...grouping.map(({ text, paths }): Finding => ({
      ...critical,
      code: 'STW811',
      before: text,
      after: null,
      message: `a template changes how snapshots are grouped in ${inFiles(paths)}: a new history begins`,
      hint: 'restic groups by host and tags here; leave `--host`, `--tag` and `--group-by` as they are',
      span: input.spans.template(text, paths),
    })),
  ];
};

/** Words of the commands that our own file and the old one have, and the new one no longer has. */
function lostWords(
  { path, plain, before, after }: TemplateChange,
  counts: (word: string) => boolean,
): string[] {
  const [old, now] = [new Set(commandWords(path, before)), new Set(commandWords(path, after))];
  return [...new Set(commandWords(path, plain))].filter(
    (word) => counts(word) && old.has(word) && !now.has(word),
  );
}

/** Words of the commands that neither our own file nor the old one has. */
function gainedWords(
  { path, plain, before, after }: TemplateChange,
  counts: (word: string) => boolean,
): string[] {
  const known = new Set([...commandWords(path, plain), ...commandWords(path, before)]);
  return [...new Set(commandWords(path, after))].filter((word) => counts(word) && !known.has(word));
}

/** What a pattern finds in our own file and in the old one, and no longer in the new one. */
function lostMatches({ plain, before, after }: TemplateChange, pattern: RegExp): string[] {
  const found = (text: string) => new Set([...text.matchAll(pattern)].map(([match]) => match));
  const [old, now] = [found(before), found(after)];
  return [...found(plain)].filter((match) => old.has(match) && !now.has(match));
}

const EXCLUDE = /^--i?exclude=(.+)$/;

/** Templates that exclude what a whole volume is seen as: they stand beside the patterns of contracts and policy. */
export const excludingTemplates: Rule = (input) => {
  const found = byText(input.templateChanges, (change) => {
    const sources = commandWords(change.path, change.after).filter((word) => word.startsWith('/backup/'));
    return gainedWords(change, (word) => {
      const pattern = EXCLUDE.exec(word)?.[1];
      return pattern !== undefined && sources.some((source) => matchesWholeVolume(pattern, source));
    });
  });
  return found.map(({ text, paths }): Finding => ({
    ...SHARED,
    code: 'STW821',
    severity: 'warning',
    before: null,
    after: text,
    message: `a template adds an exclude pattern that can leave out a whole volume to ${inFiles(paths)}`,
    hint: 'exclude in a contract or in the policy, by a pattern that names folders inside the volume',
    span: input.spans.template(text, paths),
  }));
};
