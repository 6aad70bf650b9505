import { engineOf } from '../dumps/registry.js';
import { dumpsHere } from '../hosts/dumps.js';
import { fence, fenced, type Step } from '../model/guide.js';
import { restoreDumpCommand } from '../names/installed.js';
import type { GuidePlace } from './runtime.js';

const TEXT = {
  stopped:
    'A database that is a file is made beside the one that is there, checked, and put in its place at the end, while nothing has it open. The old file stays beside it, under a name that says when.',
  running:
    'The server has to run, be it an empty one. Roles and users come first; those that are there keep their passwords. Each database is loaded beside the one that is there, and takes its place only when all are whole. What was there stays under a name that says when, until somebody removes it.',
};

/** Loads what was dumped: files of databases while the workload stands still, servers once they run. */
export function loadDumps(
  { project, service, placement, at }: GuidePlace,
  workload: keyof typeof TEXT,
): Step[] {
  const dumps = dumpsHere(service, placement).filter(
    ({ dump }) => (engineOf(dump.engine).reads_files !== null) === (workload === 'stopped'),
  );
  if (dumps.length === 0) return [];
  const isUser = placement.scope === 'user';
  return [
    fenced(
      'Load the databases',
      TEXT[workload],
      dumps.map(({ dump }) =>
        fence(`${at}, for ${dump.name} (${engineOf(dump.engine).title})`, [
          ...(isUser ? [['cd']] : []),
          [restoreDumpCommand(project, service.service_id, dump.name, isUser), 'latest'],
        ]),
      ),
    ),
  ];
}
