import type { Placement } from '../../model/plan.js';
import type { PlacedQuiesce, Quiesce } from '../../model/quiesce.js';
import type { CannotReach, ServiceFacts } from '../runtime.js';
import { composeServices, projectOf } from './project.js';

/**
 * Containers by their labels or names, never by ids: Compose makes them anew. Of a project that holds other services only
 * those of this one. A name that is no Compose service of the contract is that of a container.
 */
export function quiesce(
  service: ServiceFacts,
  placement: Placement,
  { services }: Quiesce,
): PlacedQuiesce | CannotReach {
  const only = composeServices(service, placement);
  const named = services.length > 0 ? services : only;
  if (named === 'all') return { engine: 'docker', words: [`project=${projectOf(placement)}`] };
  const isKnown = (name: string) => service.compose_services.includes(name);
  const ofProject = named.filter(isKnown);
  const containers =
    named.length > 0 ? named.filter((name) => !isKnown(name)) : [service.container_name ?? []].flat();
  if (ofProject.length + containers.length === 0) {
    return {
      cannot: `nothing says which containers of the Compose project ${projectOf(placement)} it has`,
      hint: 'name them: `quiesce: { mode: …, services: [NAME] }`',
    };
  }
  return {
    engine: 'docker',
    words: [
      ...(ofProject.length > 0 ? [`project=${projectOf(placement)}`] : []),
      ...ofProject.map((name) => `service=${name}`),
      ...containers.map((name) => `container=${name}`),
    ],
  };
}
