import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KINDS } from '../../src/jobs/registry.js';
import { installedName, isTakenProjectName, OTHER_WORDS } from '../../src/names/installed.js';
import { secretVariablePrefix } from '../../src/plan/ansible-names.js';
import { labels, objectName } from '../../src/names/objects.js';

/** Few letters, so that what could meet does. */
const project = fc.stringMatching(/^[ab][ab1]{0,3}$/).filter((name) => !isTakenProjectName(name));
const service = fc
  .stringMatching(/^[ab](?:[ab.1-]{0,4}[ab1])?$/)
  .map((id) => (id.length > 4 ? `${id}${'long'.repeat(12)}` : id));
/** Every word that stands between a project's name and what an installed thing is about. */
const WORDS = [...KINDS.map(({ stem }) => stem), ...OTHER_WORDS];
const kind = fc.constantFrom(...WORDS);
const triple = fc.tuple(project, kind, service);

test('no two words for kinds of things are the same, and none holds a hyphen', () => {
  expect(new Set(WORDS).size).toBe(WORDS.length);
  for (const word of WORDS) expect(word).toMatch(/^[a-z]+$/);
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
