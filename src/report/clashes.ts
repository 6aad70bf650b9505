/** A job and its runs in the week, in minutes from 1970, sorted. */
export interface WeekJob {
  readonly name: string;
  readonly runs: readonly number[];
}

export interface Clashes {
  /** One line for each maintenance run that has company. */
  readonly texts: readonly string[];
  /** `prune 28929405`: the runs that those lines are about. */
  readonly minutes: ReadonlySet<string>;
}

/**
 * The maintenance runs that have another job of the repository within the margin. forget, prune and check lock the
 * repository for themselves; the rule is that of STW710 and STW711.
 *
 * @param margin minutes; 0 looks at nothing
 * @param show a run's time for people
 */
export function clashesOf(
  maintenance: readonly WeekJob[],
  backups: readonly WeekJob[],
  margin: number,
  show: (run: number) => string,
): Clashes {
  const texts: string[] = [];
  const minutes = new Set<string>();
  const found = maintenance
    .flatMap((job, index) => job.runs.map((run) => ({ job, run, others: maintenance.slice(0, index) })))
    .sort((a, b) => a.run - b.run);
  for (const { job, run, others } of found) {
    const near = [...backups, ...others].flatMap(({ name, runs }) => {
      const other = runs.find((candidate) => Math.abs(candidate - run) < margin);
      return other === undefined ? [] : [{ name, other }];
    });
    const [first] = near.sort((a, b) => Math.abs(a.other - run) - Math.abs(b.other - run));
    if (first === undefined) continue;
    const more = near.length === 1 ? '' : ` and ${near.length - 1} more`;
    minutes.add(`${job.name} ${run}`);
    texts.push(`${show(run)}: ${job.name} meets ${first.name} (${show(first.other)})${more}`);
  }
  return { texts, minutes };
}
