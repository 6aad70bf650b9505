import { loadAll } from 'js-yaml';
import type { RenderedFile } from '../../src/rendering/file.js';

/** What of a rendered file must not depend on the strings in it. Written apart from the encoders, on purpose. */
export function skeleton(file: RenderedFile): unknown {
  const { path, content } = file;
  if (/\.(service|timer|container)$/.test(path)) return unitSkeleton(content);
  if (path.endsWith('.sh')) return shellSkeleton(content);
  if (/\.ya?ml$/.test(path)) return loadYaml(content).map(shape);
  if (path.endsWith('.json')) return shape(JSON.parse(content));
  if (path.endsWith('.md')) return markdownSkeleton(content);
  return content.split('\n').length;
}

/** Ansible's `!unsafe` says that a text holds no template; for its shape it is a text. */
function loadYaml(content: string): unknown[] {
  return loadAll(content.replaceAll('!unsafe ', ''));
}

/** Keys and types, without the values. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => {
        const found = shape(child);
        // A pattern that matches a volume's name is written once for each volume, on purpose.
        return [key, key === 'exclude' && Array.isArray(found) ? [...new Set(found)] : found];
      }),
    );
  }
  return value === null ? 'null' : typeof value;
}

/** Sections and settings in order; of settings that hold words, how many. */
function unitSkeleton(content: string): unknown[] {
  const lines = content.replaceAll('\\\n', ' ').split('\n');
  return lines.map((line) => {
    if (line.startsWith('#') || line.startsWith(';')) return 'comment';
    const setting = /^([A-Za-z]+)=(.*)$/.exec(line);
    if (setting === null) return line;
    const words = /^(Exec|Bind|Environment$|ReadWrite|Requires)/.test(setting[1] ?? '');
    return words ? [setting[1], countWords(setting[2] ?? '')] : setting[1];
  });
}

/** Words in systemd's quoting, which is also near enough to the shell's for what we write. */
function countWords(text: string): number {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'\\])+/gs)].length;
}

/** Quoted, escaped, the end of a line, blanks, an operator or expansion, a comment, a part of a word, any other character. */
const TOKEN = /'[^']*'|"(?:\\.|[^"\\])*"|\\.|\n|[ \t]+|[;&|<>()`$]|#[^\n]*|[^\s'"\\;&|<>()`$#]+|[^]/gs;

/** Line by line: each word a `w`, quoted or not; every unquoted operator or expansion as it is. */
function shellSkeleton(content: string): string[] {
  const result: string[] = [];
  const tokens = new RegExp(TOKEN);
  let line = '';
  let inWord = false;
  for (let found = tokens.exec(content); found !== null; found = tokens.exec(content)) {
    const [text] = found;
    if (text === '\n') {
      result.push(line);
      line = '';
      inWord = false;
    } else if (/^[ \t]/.test(text)) {
      inWord = false;
    } else if (/^[;&|<>()`$]$/.test(text)) {
      line += text;
      inWord = false;
    } else if (!inWord) {
      line += text.startsWith('#') ? '#' : 'w';
      inWord = true;
    } else if (text.startsWith('#')) {
      // No comment begins inside a word.
      tokens.lastIndex = found.index + 1;
    }
  }
  return [...result, line];
}

/**
 * What in a line of Markdown is no HTML: what a backslash escapes, a code span (it ends at a run of exactly as many
 * backticks as it began with, and an escaped one begins none: CommonMark 6.1), a run without an end, an entity.
 */
const NO_HTML = /\\[^\n]|(`+)(?!`).*?(?<!`)\1(?!`)|`+|&[a-z]+;/g;

/** Line by line: what kind of block it belongs to, how many cells it has; what stands inside fences. */
function markdownSkeleton(content: string): unknown[] {
  const result: unknown[] = [];
  let fence: { readonly opened: string; readonly lines: string[] } | null = null;
  for (const line of content.split('\n')) {
    if (/^\s*(```|~~~)/.test(line)) {
      if (fence !== null) result.push(fencedSkeleton(fence.opened, fence.lines));
      fence = fence === null ? { opened: line, lines: [] } : null;
      result.push(line);
    } else if (fence === null) {
      result.push(lineSkeleton(line));
    } else {
      fence.lines.push(line);
    }
  }
  return fence === null ? result : [...result, 'a fence that nothing closes'];
}

/** YAML where the fence says so, else lines of a shell. */
function fencedSkeleton(opened: string, lines: readonly string[]): unknown {
  return opened.endsWith('yaml') ? loadYaml(lines.join('\n')).map(shape) : lines.map(shellSkeleton);
}

function lineSkeleton(line: string): unknown {
  if (line.startsWith('<!--')) return /^<!--(?:(?!-->).)*-->$/.test(line) ? 'comment' : line;
  const marker = /^\s*(#{1,6} |\||- |\d+\. |>|[A-Za-z*`]|$)/.exec(line)?.[1] ?? line.charAt(0);
  // For cmark-gfm, which GitHub uses, a bar behind a backslash never ends a cell, whatever stands before the backslash.
  const cells = marker === '|' ? line.split(/(?<!\\)\|/).length : 0;
  const html = /<[a-z!/]/i.exec(line.replaceAll(NO_HTML, ''))?.[0] ?? '';
  return [/[A-Za-z*`]/.test(marker) ? 'text' : marker, cells, html];
}
