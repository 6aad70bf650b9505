import { asText } from './access.js';

/** `50%` or `off` in percent; null when absent, or wrong, which the schema reports. */
export function readMaxShrink(value: unknown): number | null {
  const text = asText(value);
  if (text === 'off') return 100;
  const percent = /^(\d{1,3})%$/.exec(text ?? '')?.[1];
  return percent === undefined ? null : Number(percent);
}
