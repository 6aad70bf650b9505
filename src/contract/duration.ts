/** Reads `90m`, `6h`, `1h30m`, `2d` as minutes; null for anything else. */
export function parseDuration(text: string): number | null {
  const match = /^(?=.)(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?$/.exec(text);
  if (match === null) return null;
  const [, days = '0', hours = '0', minutes = '0'] = match;
  return Number(days) * 1440 + Number(hours) * 60 + Number(minutes);
}
