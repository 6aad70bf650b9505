import type { Placement } from '../../model/plan.js';
import type { Reach, ServiceFacts } from '../runtime.js';
import { projectOf } from './project.js';

/**
 * A command in a container, by a name: Compose makes containers anew, with other ids. A Compose service of the contract is
 * found in the project; any other name is that of a container.
 */
export function reach(service: ServiceFacts, placement: Placement, container: string | null): Reach {
  const { compose_services: known, container_name } = service;
  if (container !== null && !known.includes(container)) return inContainer(container);
  if (container === null && known.length !== 1) {
    const names = known.map((name) => `\`${name}\``).join(', ');
    return {
      cannot: 'nothing says which of its containers holds the database',
      hint:
        names === ''
          ? 'add `container:` with the name of the container'
          : `add \`container:\` with one of ${names}`,
    };
  }
  const name = container ?? known[0] ?? '';
  // The contract names the container of its first service.
  if (container_name !== null && name === known[0]) return inContainer(container_name);
  return {
    command: ['docker', 'compose', '--project-name', projectOf(placement), 'exec', '--no-TTY', name],
    into: 'container',
  };
}

function inContainer(name: string): Reach {
  return { command: ['docker', 'exec', '--interactive', name], into: 'container' };
}
