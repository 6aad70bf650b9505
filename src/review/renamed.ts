import type { Side } from './side.js';

/** A state as it would be under another project's name, so that rules compare like with like. */
export function underName(side: Side, project: string): Side {
  const old = side.plan.project;
  if (old === '' || old === project) return side;
  const name = new RegExp(`\\bstowage([-/])${old}\\b`, 'g');
  const rename = (text: string) => text.replace(name, `stowage$1${project}`);
  return { ...side, files: new Map([...side.files].map(([path, text]) => [rename(path), rename(text)])) };
}
