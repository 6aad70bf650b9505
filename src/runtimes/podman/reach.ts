import type { Placement } from '../../model/plan.js';
import type { Reach, ServiceFacts } from '../runtime.js';
import { containerOf } from './by-hand.js';

/** A command in a container, by its name. */
export function reach(service: ServiceFacts, _placement: Placement, container: string | null): Reach {
  const name = container ?? containerOf(service);
  if (name === null) {
    const hint = 'add `container:` with the name that `podman ps` shows';
    return { cannot: 'nothing says how its container is called', hint };
  }
  return { command: ['podman', 'exec', '--interactive', name], into: 'container' };
}
