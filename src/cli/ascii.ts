/** The characters of ours that ASCII lacks, and what stands for them: as wide, so that columns stay aligned. */
const SUBSTITUTES: Readonly<Record<string, string>> = { '█': '#', '…': '~' };

/** Whether a locale of the environment shows UTF-8; one that names nothing is taken for a terminal of today. */
export function showsUtf8({ LC_ALL, LC_CTYPE, LANG }: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find((name) => name !== undefined && name !== '') ?? '';
  return locale === '' || /utf-?8/i.test(locale);
}

/** Text for a terminal that shows no UTF-8. */
export function asAscii(text: string): string {
  return text.replace(/[█…]/g, (character) => SUBSTITUTES[character] ?? character);
}
