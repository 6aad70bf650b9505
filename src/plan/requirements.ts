import type { ServicePlan } from './plan.js';

/** Whether `service` needs `wanted`, itself or by what it needs; services that nobody planned need nothing. */
export function needs(
  service: ServicePlan,
  wanted: string,
  services: ReadonlyMap<string, ServicePlan>,
): boolean {
  const seen = new Set<string>();
  const waiting = [...service.requires];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === wanted) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    waiting.push(...(services.get(id)?.requires ?? []));
  }
  return false;
}
