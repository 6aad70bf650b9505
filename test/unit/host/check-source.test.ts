import { mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';
import { Sandbox } from '../../support/sandbox.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  const script = builtinTemplates().render('host/check-source.sh.hbs', { header: 'test' });
  sandbox.write(
    'check-source.sh',
    script.replaceAll(/\/proc\/(1|self)\/mountinfo/g, sandbox.at('mounts-$1')),
  );
  sandbox.write('full/file', 'x\n');
  mkdirSync(sandbox.at('empty/lost+found'), { recursive: true });
  sandbox.write('a file', 'x\n');
  sandbox.write('an empty file', '');
  mounts('1', sandbox.at('full'));
  mounts('self');
});
afterEach(() => {
  sandbox.remove();
});

/** The table of a process: what is mounted where, as the kernel writes it. */
function mounts(process: string, ...points: readonly string[]): void {
  const lines = ['/', ...points].map(
    (point, index) => `${index + 20} 1 8:1 / ${point} rw - ext4 /dev/x rw\n`,
  );
  sandbox.write(`mounts-${process}`, lines.join(''));
}

const check = (...words: readonly string[]) => sandbox.run(sandbox.at('check-source.sh'), words);
const refused = (words: string) => ({
  code: 1,
  err: expect.stringMatching(new RegExp(`^<3>stowage: .*${words}`)),
});
const FINE = { code: 0, out: '', err: '' };

describe('a source', () => {
  test.each([
    ['full', 'not-empty'],
    ['full', 'may-be-empty'],
    ['empty', 'may-be-empty'],
    ['a file', 'not-empty'],
    ['an empty file', 'may-be-empty'],
  ])('that is as its contract says passes: %s, %s', (source, emptiness) => {
    expect(check('path', sandbox.at(source), emptiness)).toEqual(FINE);
  });

  test.each([
    ['missing', 'may-be-empty', 'does not exist'],
    ['empty', 'not-empty', 'is empty'],
    ['an empty file', 'not-empty', 'is empty'],
  ])('that is not is refused, in the journal as an error: %s, %s', (source, emptiness, words) => {
    expect(check('path', sandbox.at(source), emptiness)).toMatchObject(refused(words));
  });

  test('is full when all that it holds begins with a dot', () => {
    sandbox.write('empty/.hidden', '');
    expect(check('path', sandbox.at('empty'), 'not-empty')).toEqual(FINE);
  });

  test('may be a symlink to a folder, and is as full as that', () => {
    symlinkSync(sandbox.at('full'), sandbox.at('to-full'));
    symlinkSync(sandbox.at('empty'), sandbox.at('to-empty'));
    expect(check('path', sandbox.at('to-full'), 'not-empty')).toEqual(FINE);
    expect(check('path', sandbox.at('to-empty'), 'not-empty')).toMatchObject(refused('is empty'));
  });
});

describe('a guard', () => {
  test('of what it must contain: a file, or a symlink to what is not there now', () => {
    symlinkSync('/nowhere', sandbox.at('full/link'));
    const contains = (name: string) => check('path', sandbox.at('full'), 'not-empty', `--contains=${name}`);
    expect([contains('file'), contains('link')]).toEqual([FINE, FINE]);
    expect(contains('other')).toMatchObject(refused('does not contain .other.'));
  });

  test('of a mount point looks at the table of the host, and not at that of the job', () => {
    const mounted = (name: string) => check('path', sandbox.at(name), 'may-be-empty', '--mount-point');
    mounts('self', sandbox.at('full'), sandbox.at('empty'));
    expect(mounted('full')).toEqual(FINE);
    expect(mounted('empty')).toMatchObject(refused('nothing is mounted at the source'));
  });

  test('of a mount point takes neither a folder above it nor one below', () => {
    mounts('1', sandbox.folder, `${sandbox.at('full')}/below`, `${sandbox.at('full')}2`);
    expect(check('path', sandbox.at('full'), 'not-empty', '--mount-point')).toMatchObject(
      refused('nothing is mounted'),
    );
  });

  test('holds beside others: all of them have to pass', () => {
    const guards = ['--contains=file', '--mount-point', '--contains=other'];
    expect(check('path', sandbox.at('full'), 'not-empty', ...guards)).toMatchObject(
      refused('does not contain'),
    );
  });
});

describe('an age that the newest file may have', () => {
  const HOUR = 3600;
  const written = (name: string, hours: number) => {
    const when = Math.floor(Date.now() / 1000) - hours * HOUR;
    sandbox.write(name, 'x');
    utimesSync(sandbox.at(name), when, when);
  };
  const young = (name: string, emptiness = 'not-empty') =>
    check('path', sandbox.at(name), emptiness, '--max-age=1560');

  test('is that of one file, however deep, beside older ones', () => {
    written('dumps/old.sql', 300);
    written('dumps/deep below/new.sql', 25);
    expect(young('dumps')).toEqual(FINE);
  });

  test('is too old: the words have that of the newest', () => {
    written('dumps/old.sql', 300);
    written('dumps/new.sql', 27.5);
    expect(young('dumps')).toMatchObject(refused('the newest file .* is 1d 3h 30m old, and may be 1d 2h'));
  });

  test('is that of a volume that is one file', () => {
    written('dump.sql', 27);
    expect(young('dump.sql')).toMatchObject(refused('is 1d 3h old'));
  });

  test('is none of folders, links, and of files from the future', () => {
    mkdirSync(sandbox.at('dumps/new folder'), { recursive: true });
    symlinkSync(sandbox.at('full/file'), sandbox.at('dumps/link'));
    expect(young('dumps')).toMatchObject(refused('holds no file that says when'));
    written('dumps/future', -10_000);
    expect(young('dumps')).toMatchObject(refused('holds no file that says when'));
    written('dumps/old.sql', 300);
    expect(young('dumps')).toMatchObject(refused('is 12d 12h old'));
    written('dumps/clock of a server', -0.5);
    expect(young('dumps')).toEqual(FINE);
  });

  test('is not asked for where the volume may be empty, and is', () => {
    expect(young('empty', 'may-be-empty')).toEqual(FINE);
    expect(young('empty')).toMatchObject(refused('is empty'));
  });
});

describe.each(['docker', 'podman'])('a volume of %s', (engine) => {
  beforeEach(() => {
    sandbox.standIn(
      engine,
      `[ "$1 $2 $3 $4" = 'volume inspect --format {{.Mountpoint}}' ] || exit 64\n[ "$5" = data ] && echo "$AT/full"`,
    );
  });
  const volume = (name: string, place: string, ...more: readonly string[]) =>
    check(engine, name, sandbox.at(place), sandbox.at(place), 'not-empty', ...more);

  test('that the engine has where the job reads passes', () => {
    expect(volume('data', 'full')).toEqual(FINE);
  });

  test('that the engine does not know is refused, whatever lies there', () => {
    expect(volume('other', 'full')).toMatchObject(refused(`${engine} does not know the volume .other.`));
  });

  test('that the engine has elsewhere is refused: an old copy would be backed up', () => {
    sandbox.write('copy/file', 'x\n');
    expect(volume('data', 'copy')).toMatchObject(
      refused(`keeps the volume .data. in .${sandbox.at('full')}.`),
    );
  });

  test('is looked into, and its guards hold', () => {
    sandbox.standIn(engine, 'echo "$AT/empty"');
    expect(volume('data', 'empty')).toMatchObject(refused('is empty'));
    sandbox.standIn(engine, 'echo "$AT/full"');
    expect(volume('data', 'full', '--contains=other')).toMatchObject(refused('does not contain'));
  });
});

describe('a file system that decides by user', () => {
  beforeEach(() => {
    // As mergerfs: it shows a folder that the reader may not read as an empty one.
    sandbox.standIn(
      'stat',
      `case "$*" in '-f -c %T '*) echo fuseblk ;; '-c %d '*) echo 7 ;; *) echo '--reuid=0 --regid=0' ;; esac`,
    );
    sandbox.standIn(
      'setpriv',
      `reader=no
for word do case $word in --reuid=restic) reader=yes ;; esac; done
while :; do case $1 in --*) shift ;; *) break ;; esac; done
case "$reader $1" in 'yes find') ;; 'yes id') echo 64000 ;; *) exec "$@" ;; esac`,
    );
    sandbox.write('full/closed/file', 'x\n');
    sandbox.standIn(
      'find',
      `case "$*" in *is-hidden*) exec sh "$AT/check-source.sh" is-hidden "$READER" 7 "$AT/full/closed" ;; esac
exec /usr/bin/find "$@"`,
    );
  });
  const read = (reader: string) =>
    sandbox.run(
      sandbox.at('check-source.sh'),
      ['path', sandbox.at('full'), 'not-empty', `--read-by=${reader}`],
      {
        READER: reader,
      },
    );

  test('and hides a folder from the job is refused, with what to say in the contract', () => {
    expect(read('restic')).toMatchObject(
      refused("hides what is in '.*/full/closed' from this job; say in the contract"),
    );
  });

  test('and shows everything to the one who reads passes', () => {
    expect(read('self')).toEqual(FINE);
  });
});
