const UNITS = [
  [1440, 'd'],
  [60, 'h'],
  [1, 'm'],
] as const;

/** Minutes for people: `1d 2h`, `1h 30m`, `0m`. */
export function showDuration(minutes: number): string {
  let rest = minutes;
  const parts = UNITS.flatMap(([size, unit]) => {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    return amount > 0 ? [`${amount}${unit}`] : [];
  });
  return parts.join(' ') || '0m';
}
