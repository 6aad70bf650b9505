import { readFileSync } from 'node:fs';

/** A shell partial of the templates without its leading comment for their authors; it holds no tags. */
export function shellPartial(name: string): string {
  return readFileSync(`templates/host/${name}.sh.hbs`, 'utf8').replace(/^\{\{![^]*?\n\}\}\n/, '');
}
