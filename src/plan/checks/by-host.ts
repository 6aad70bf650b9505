import { runtimeOf } from '../../runtimes/registry.js';
import type { Deployed } from '../../model/deployed.js';
import { groupBy } from '../../lookup/group.js';

/** Deployments by the machine they share; those without a host name share it per runtime. */
export function byHost(deployed: readonly Deployed[]): Map<string, Deployed[]> {
  const onHosts = deployed.filter(({ runtime }) => runtimeOf(runtime).runs_on === 'host');
  return groupBy(onHosts, ({ host, runtime }) => host ?? `any ${runtime}`);
}
