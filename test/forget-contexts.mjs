// Jest keeps which test runs in an AsyncLocalStorage, a new one for each file of tests, and leaves it behind. While Node is asked
// for it with each promise (before AsyncContextFrame, Node 24), the files of a worker's end would pay for all before them.
import { AsyncLocalStorage } from 'node:async_hooks';

const LEFT = Symbol.for('stowage.contexts');
const { prototype } = AsyncLocalStorage;

if (prototype[LEFT] === undefined) {
  const left = (prototype[LEFT] = new Set());
  const { run } = prototype;
  prototype.run = function (...given) {
    left.add(this);
    return run.apply(this, given);
  };
}
for (const context of prototype[LEFT]) context.disable();
prototype[LEFT].clear();
