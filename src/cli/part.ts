import type { RuntimeName } from '../model/contract.js';
import { didYouMean } from '../diagnostics/did-you-mean.js';
import { wholeFile, type Diagnostic } from '../diagnostics/diagnostic.js';
import type { PartFilter } from '../output/compare.js';
import type { Opened } from './open.js';

/** What `--service` and `--runtime` ask for; empty for all. */
export interface Part {
  /** Service ids or globs. */
  readonly services: readonly string[];
  readonly runtimes: readonly RuntimeName[];
}

/** Matches `*` (any characters) and `?` (one), as in the policy's `deployments`. */
function globMatcher(glob: string): (text: string) => boolean {
  const source = glob.replace(/[\\^$.*+?()[\]{}|]/g, (character) =>
    character === '*' ? '.*' : character === '?' ? '.' : `\\${character}`,
  );
  const pattern = new RegExp(`^${source}$`, 'su');
  return (text) => pattern.test(text);
}

/** The files of the part: about one of the services and one of the runtimes; null for the whole tree. */
export function partFilter({ services, runtimes }: Part): PartFilter | null {
  if (services.length === 0 && runtimes.length === 0) return null;
  const matchers = services.map(globMatcher);
  const isAsked = (service: string | null): boolean =>
    service !== null && matchers.some((matches) => matches(service));
  return ({ service, runtime }) =>
    (services.length === 0 || isAsked(service)) &&
    (runtimes.length === 0 || (runtime !== null && runtimes.includes(runtime)));
}

/** A `--service` that no service of the plan answers to is a mistake, not an empty part. */
export function unmatchedServices({ plan, project }: Opened, { services }: Part): Diagnostic[] {
  const known = plan?.services.map((service) => service.service_id) ?? [];
  const file = project.policy?.document.file ?? 'stowage.yml';
  return services
    .filter((glob) => !known.some(globMatcher(glob)))
    .map((glob) => ({
      code: 'STW609',
      severity: 'error',
      message: `\`--service ${glob}\` matches no service`,
      span: wholeFile(file),
      hint: didYouMean(glob, known) ?? '`stowage paths` lists every service',
    }));
}
