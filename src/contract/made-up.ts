import { wholeFile } from '../diagnostics/diagnostic.js';
import { NO_COMMANDS } from './commands.js';
import type { Contract } from '../model/contract.js';
import { Findings } from '../source/findings.js';
import { readForRuntimes } from './for-runtimes.js';

/** A workload of which nothing tells what it is. */
const NOTHING_KNOWN = {
  number: null,
  name: null,
  image: null,
  command: [],
  environment: new Map<string, string>(),
};

/** The contract of a service that nobody wrote one for: its files lie on a host, and it asks for nothing. */
export function madeUpContract(id: string): Contract {
  const file = `${id}.yml`;
  const document = { file, value: {}, span: () => wholeFile(file) };
  return {
    document,
    service_id: id,
    service_name: id,
    service_unit_name: id,
    compose_services: [id],
    container_name: null,
    shreds_secrets: false,
    service_namespace: 'default',
    service_volumes: [],
    compose_volumes: [],
    persistent_volumes: [{ name: 'data', path: `/srv/${id}`, pointer: [] }],
    ephemeral_mounts: [],
    service_storage_gb: null,
    runtime_settings: readForRuntimes(new Findings(document), {}),
    runtimes: ['baremetal'],
    run_as_user: null,
    run_as_group: null,
    health_cmd: [],
    databases: { containers: [NOTHING_KNOWN], environment: new Map(), storage: new Map() },
    requires: [],
    backup: {
      settings: {},
      commands: NO_COMMANDS,
      dumps: [],
      quiesce: null,
      hooks: null,
      volumes: new Map(),
    },
    variants: new Map(),
  };
}
