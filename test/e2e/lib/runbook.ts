const FENCE = /^( {0,3})(`{3,}|~{3,})\s*([^`]*?)\s*$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*\s*$/;

export interface Step {
  /** Headings above the block, outermost first. */
  readonly headings: readonly string[];
  /** The line before the block, which says where one types it. */
  readonly lead: string;
  /** The block's text, exactly as printed. */
  readonly commands: string;
}

/** All fenced `sh` blocks of a Markdown text, in order. */
export function shellSteps(markdown: string): Step[] {
  const steps: Step[] = [];
  const headings: { level: number; text: string }[] = [];
  let lead = '';
  let open: { fence: string; indent: number; language: string; lines: string[] } | null = null;
  for (const line of markdown.split('\n')) {
    const fence = FENCE.exec(line);
    if (open !== null) {
      if (fence !== null && fence[3] === '' && (fence[2] ?? '').startsWith(open.fence)) {
        if (open.language === 'sh') {
          const commands = `${open.lines.join('\n')}\n`;
          steps.push({ headings: headings.map(({ text }) => text), lead, commands });
        }
        open = null;
      } else {
        open.lines.push(line.replace(new RegExp(`^ {0,${open.indent}}`), ''));
      }
    } else if (fence !== null) {
      open = { fence: fence[2] ?? '', indent: fence[1]?.length ?? 0, language: fence[3] ?? '', lines: [] };
    } else {
      noteHeading(headings, line);
      if (line !== '') lead = line;
    }
  }
  return steps;
}

/**
 * The commands that a runbook prints below a heading (and the headings below that one), ready for `sh -eu`. The word
 * `SNAPSHOT`, which a person replaces with a snapshot's id, becomes `snapshot`.
 * Throws when there are none: a scenario must not pass because it ran nothing.
 */
export function runbookCommands(markdown: string, heading: string, snapshot?: string): string {
  const steps = shellSteps(markdown).filter((step) => step.headings.includes(heading));
  if (steps.length === 0) {
    const known = [...new Set(shellSteps(markdown).map((step) => step.headings.join(' > ')))];
    throw new Error(`no sh block below the heading "${heading}"; there are some below: ${known.join('; ')}`);
  }
  const commands = steps.map((step) => step.commands).join('\n');
  if (!/\bSNAPSHOT\b/.test(commands)) return commands;
  if (snapshot === undefined) throw new Error(`the commands below "${heading}" need a snapshot id`);
  return commands.replace(/\bSNAPSHOT\b/g, snapshot);
}

/** Headings of the steps that everybody takes, and of no copy aside. */
export const WHOLE = /^(?!.* aside$|.* into the guest$|Start it in a |Look into |When )/;

/**
 * A whole restore in one place (`docker on web1`): every command that the page prints for it, in the page's order, but
 * not those that put a copy aside, and not the pod that only a restricted namespace needs. `only` takes the steps whose
 * heading it matches; `stopped` is a shell command that fails as long as the workload runs, and comes before each volume.
 * What is typed on another machine than the rest is left out. Ready for `sh -eu`. Throws when there are none.
 */
export function restoreCommands(markdown: string, place: string, only = WHOLE, stopped = ''): string {
  const all = shellSteps(markdown).filter(({ headings }) => headings.includes(place));
  const here = whereTyped(all[0]?.lead ?? '');
  const steps = all.filter(
    ({ headings, lead }) => only.test(headings.at(-1) ?? '') && whereTyped(lead) === here,
  );
  if (steps.length === 0) throw new Error(`no sh block of a restore below the heading "${place}"`);
  const lines = steps.map(({ headings, commands }) =>
    stopped !== '' && headings.at(-1)?.endsWith(' in place') === true ? `${stopped}\n${commands}` : commands,
  );
  return lines.join('\n');
}

/** What the page prints for one volume below a heading of a place. Throws when there is nothing. */
export function volumeCommands(markdown: string, place: string, heading: string, volume: string): string {
  const steps = shellSteps(markdown).filter(
    ({ headings, lead }) =>
      headings.includes(place) && headings.at(-1) === heading && lead.endsWith(`, for ${volume}:`),
  );
  if (steps.length === 0) throw new Error(`no sh block for ${volume} below "${heading}"`);
  return steps.map(({ commands }) => commands).join('\n');
}

/** `As root on web1, for data:` is typed as root on web1. */
function whereTyped(lead: string): string {
  return lead.replace(/[,:].*/, '');
}

function noteHeading(headings: { level: number; text: string }[], line: string): void {
  const heading = HEADING.exec(line);
  if (heading === null) return;
  const level = heading[1]?.length ?? 1;
  while ((headings.at(-1)?.level ?? 0) >= level) headings.pop();
  headings.push({ level, text: heading[2] ?? '' });
}
