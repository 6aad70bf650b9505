const DECIMAL = 'kMGTPE';
const BINARY = 'KMGTPE';

/** What a Kubernetes quantity that the schema has accepted comes to (kubernetes.io, "Quantity"): `2Gi`, `500M`, `100m`. */
export function quantityValue(text: string): number {
  const number = Number.parseFloat(text);
  const unit = text.replace(/^[0-9.]+/, '');
  if (unit === 'm') return number / 1000;
  if (unit.endsWith('i')) return number * 1024 ** (BINARY.indexOf(unit.charAt(0)) + 1);
  return unit === '' ? number : number * 1000 ** (DECIMAL.indexOf(unit) + 1);
}
