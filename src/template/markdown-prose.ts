import { markdownCode, markdownText } from './encoders/markdown-text.js';
import { printable } from '../diagnostics/printable.js';

/** A message of ours: what stands between backquotes is code, the rest is text. */
export function prose(message: string): string {
  return printable(message)
    .split('`')
    .map((part, index) => (index % 2 === 1 ? code(part) : encoded(part)))
    .join('');
}

/** Text, its spaces at the ends kept: it stands between pieces of code. */
function encoded(text: string): string {
  const [, before = '', middle = '', after = ''] = /^( *)(.*?)( *)$/s.exec(text) ?? [];
  return middle === '' ? before + after : `${before}${markdownText(middle)}${after}`;
}

/** A name or a text as code; what is empty says so. */
export function code(text: string): string {
  const shown = printable(text);
  return shown.trim() === '' ? markdownText('(empty)') : markdownCode(shown);
}
