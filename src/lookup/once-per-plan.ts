import type { BackupPlan } from '../model/plan.js';

/** What is made of a plan, made once: many ask for it, and a plan never changes. */
export function oncePerPlan<Value>(make: (plan: BackupPlan) => Value): (plan: BackupPlan) => Value {
  const known = new WeakMap<BackupPlan, { readonly value: Value }>();
  return (plan) => {
    const entry = known.get(plan) ?? { value: make(plan) };
    known.set(plan, entry);
    return entry.value;
  };
}
