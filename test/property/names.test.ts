import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import glob from 'fast-glob';
import { KINDS } from '../../src/jobs/registry.js';
import { installedName, isTakenProjectName } from '../../src/names/installed.js';
import { secretVariablePrefix } from '../../src/plan/ansible-names.js';
import { labels, objectName } from '../../src/names/objects.js';

/** Few letters, so that what could meet does. */
const project = fc.stringMatching(/^[ab][ab1]{0,3}$/).filter((name) => !isTakenProjectName(name));
const service = fc
  .stringMatching(/^[ab](?:[ab.1-]{0,4}[ab1])?$/)
  .map((id) => (id.length > 4 ? `${id}${'long'.repeat(12)}` : id));
/** Words that sources give to these functions themselves, whatever the job. */
const OTHER_WORDS = glob
  .sync('src/**/*.ts')
  .flatMap((file) => [
    ...readFileSync(file, 'utf8').matchAll(/(?:installedName|objectName|stateFolder)\([\w.]+, '(\w+)'/g),
  ])
  .map(([, word]) => word ?? '');

/** Every word that stands between a project's name and what an installed thing is about. */
const WORDS = [...new Set([...KINDS.map(({ stem }) => stem), ...OTHER_WORDS])];
const kind = fc.constantFrom(...WORDS);
const triple = fc.tuple(project, kind, service);

test('no kind has the word of another one, or of something else, and none holds a hyphen', () => {
  expect(WORDS).toEqual(expect.arrayContaining(['failure', 'queue', 'restore', 'shell', 'scripts']));
  for (const word of WORDS) expect(word).toMatch(/^[a-z]+$/);
  const stems = KINDS.map(({ stem }) => stem);
  expect(new Set(stems).size).toBe(stems.length);
  // What backups leave for the next run, where a claim is restored, and a dump that K8up asks for, which no host has, are named
  // after their kind on purpose.
  expect(stems.filter((stem) => OTHER_WORDS.includes(stem)).sort()).toEqual(['backup', 'dump', 'vzdump']);
});

test('two that differ in project, kind or service have two names, of units and of objects', () => {
  fc.assert(
    fc.property(triple, triple, (one, other) => {
      fc.pre(one.join('/') !== other.join('/'));
      expect(installedName(...one)).not.toBe(installedName(...other));
      expect(objectName(...one)).not.toBe(objectName(...other));
      expect(objectName(...one).length).toBeLessThanOrEqual(52);
    }),
    { numRuns: 5000 },
  );
});

test('a plain name that looks like a changed one does not meet it', () => {
  const changed = objectName('lab', 'backup', 'a.b');
  const looksAlike = changed.replace('stowage-lab-backup-', '');
  expect(objectName('lab', 'backup', looksAlike)).not.toBe(changed);
});

test('projects never share a label, nor the variables of a repository', () => {
  fc.assert(
    fc.property(project, project, service, service, (one, other, a, b) => {
      fc.pre(one !== other);
      expect(labels(one, a, 'backup')['app.kubernetes.io/part-of']).not.toBe(
        labels(other, a, 'backup')['app.kubernetes.io/part-of'],
      );
      expect(secretVariablePrefix(one, a)).not.toBe(secretVariablePrefix(other, b));
    }),
  );
});
