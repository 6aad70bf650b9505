import type { Placement } from '../../model/plan.js';
import type { PlacedQuiesce, Quiesce } from '../../model/quiesce.js';
import type { CannotReach, ServiceFacts } from '../runtime.js';
import { containerOf } from './by-hand.js';

/**
 * Containers by their names. A stop is one of their units, which would start what only Podman stopped; of the service itself
 * the contract knows the unit, of others Podman does.
 */
export function quiesce(
  service: ServiceFacts,
  _placement: Placement,
  { mode, services }: Quiesce,
): PlacedQuiesce | CannotReach {
  if (services.length > 0) return { engine: 'podman', words: services.map((name) => `container=${name}`) };
  if (mode === 'stop') return { engine: 'unit', words: [`unit=${service.service_unit_name}.service`] };
  const name = containerOf(service);
  if (name === null) {
    const hint = 'name it as `podman ps` shows it: `quiesce: { mode: pause, services: [NAME] }`';
    return { cannot: 'nothing says how its container is called', hint };
  }
  return { engine: 'podman', words: [`container=${name}`] };
}
