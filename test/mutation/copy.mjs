import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is made, or not ours. */
const NOT_COPIED = ['.git', 'node_modules', 'build', 'dist', 'rendered', 'coverage'];

/** A copy of the checkout, in which one file at a time may be broken. The checkout itself is never written to. */
export class Copy {
  /** Whether what was built last was built from a broken file. */
  #isBroken = false;

  /** @param {string} root the checkout */
  constructor(root) {
    this.root = root;
    this.folder = mkdtempSync(join(tmpdir(), 'stowage-mutation-'));
    for (const name of readdirSync(root)) {
      if (!NOT_COPIED.includes(name)) cpSync(join(root, name), join(this.folder, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  build() {
    const { status, stderr } = this.#node('src/build/build.mjs');
    if (status !== 0) throw new Error(stderr);
  }

  /** How often a file holds a text. */
  count(file, text) {
    return readFileSync(join(this.root, file), 'utf8').split(text).length - 1;
  }

  /** Whether what is made of it could be made. */
  replace(file, text, instead) {
    const whole = readFileSync(join(this.root, file), 'utf8');
    writeFileSync(
      join(this.folder, file),
      whole.replace(text, () => instead),
    );
    return this.#generate(file);
  }

  restore(file) {
    writeFileSync(join(this.folder, file), readFileSync(join(this.root, file)));
  }

  /** Tests read templates and schemas as they are built; everything else as it stands in the sources. */
  #generate(file) {
    const isSource = !/^(templates|schemas)\//.test(file);
    if (isSource && !this.#isBroken) return true;
    this.#isBroken = !isSource;
    const generate =
      "const { generate } = await import('./build/generate.mjs'); await generate('build/generated');";
    return this.#node('--input-type=module', '--eval', generate).status === 0;
  }

  #node(...words) {
    return spawnSync(process.execPath, words, { cwd: this.folder, encoding: 'utf8' });
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
