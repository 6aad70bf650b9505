import { engineOf } from '../../dumps/registry.js';
import { dumpsHere, type HereDump } from '../../hosts/dumps.js';
import { fence, type Command, type Fence } from '../../model/guide.js';
import type { PlacedDump } from '../../model/dump.js';
import type { Elsewhere, Placement, ServicePlan } from '../../model/plan.js';
import { restoreDumpCommand } from '../../names/installed.js';
import { runtimeOf } from '../../runtimes/registry.js';

/** How dumps are loaded under another runtime, and what to know about it. */
interface Loads {
  readonly text: readonly string[];
  readonly fences: readonly Fence[];
}

/**
 * Loads dumps under another runtime, by the scripts of the place that makes them: only the words that lead to the
 * database differ. A cluster and a user have no such script for root of a host.
 */
export function dumpsElsewhere(
  project: string,
  service: ServicePlan,
  from: Placement,
  { dumps: there = [] }: Elsewhere,
): Loads {
  const dumps = dumpsHere(service, from);
  if (dumps.length === 0) return { text: [], fences: [] };
  const hasScript = runtimeOf(from.runtime).runs_on === 'host' && from.scope !== 'user';
  const ways = new Map(hasScript ? there.map((way) => [way.name, way]) : []);
  const fences = dumps.flatMap((here) => {
    const way = ways.get(here.dump.name);
    return way === undefined ? [] : [loading(project, service, here, way)];
  });
  const left = dumps.filter(({ dump }) => !ways.has(dump.name)).map(({ dump }) => dump.snapshot_path);
  return {
    text: [
      ...(fences.length === 0 ? [] : [scriptText(from)]),
      ...(left.length === 0 ? [] : [`A dump, which the programs of its database load: ${left.join(', ')}.`]),
    ],
    fences,
  };
}

function scriptText({ host }: Placement): string {
  const tree = host === null ? 'the tree' : `the tree of ${host}`;
  return `Where the script that loads a dump is not installed, it runs from the folder bin of ${tree}.`;
}

function loading(project: string, service: ServicePlan, { dump, how }: HereDump, way: PlacedDump): Fence {
  const engine = engineOf(dump.engine);
  const when = engine.reads_files === null ? 'once its server runs' : 'while nothing has it open';
  const command: Command = [
    restoreDumpCommand(project, service.service_id, dump.name, false),
    'latest',
    ...(way.path === how.path || way.path === null ? [] : [`--path=${way.path}`]),
    '--',
    ...way.enter,
  ];
  return fence(`As root on that host, ${when}, for ${dump.name} (${engine.title})`, [command]);
}
