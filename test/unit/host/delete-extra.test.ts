import { lstatSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { leftOutAt } from '../../../src/excludes/match.js';
import { nodeJson, RestoreScript, snapshotJson, VOLUME, WAYS } from '../../support/restore-script.js';

/** A name from the target on, as bytes in a string of its own. */
type Name = string;
const bytes = (name: Name) => Buffer.from(name, 'latin1');
const utf8 = (name: string): Name => Buffer.from(name, 'utf8').toString('latin1');

function put(target: string, name: Name): void {
  const file = Buffer.concat([Buffer.from(`${target}/`), bytes(name)]);
  if (name.includes('/')) {
    const folder = Buffer.concat([Buffer.from(`${target}/`), bytes(name.slice(0, name.lastIndexOf('/')))]);
    mkdirSync(folder, { recursive: true });
  }
  writeFileSync(file, 'x');
}

/** Every name below a folder, folders too. */
function names(folder: Buffer, above = ''): Name[] {
  return readdirSync(folder, { encoding: 'buffer', withFileTypes: true }).flatMap((entry) => {
    const name = `${above}${entry.name.toString('latin1')}`;
    const place = Buffer.concat([folder, Buffer.from('/'), entry.name]);
    return entry.isDirectory() ? [name, ...names(place, `${name}/`)] : [name];
  });
}

const foldersOf = (name: Name): Name[] =>
  name
    .split('/')
    .slice(0, -1)
    .map((_, index, parts) => parts.slice(0, index + 1).join('/'));

/** The nodes of a snapshot that has these files. */
function nodesOf(files: readonly Name[]): string[] {
  const folders = [...new Set(files.flatMap(foldersOf))];
  return [
    nodeJson('dir'),
    ...folders.map((name) => nodeJson('dir', bytes(name))),
    ...files.map((name) => nodeJson('file', bytes(name))),
  ];
}

describe.each(WAYS)('what a snapshot does not have, deleted by %s', (_who, way) => {
  let script: RestoreScript;
  beforeEach(() => {
    script = new RestoreScript(way);
    mkdirSync(script.target, { recursive: true });
  });
  afterEach(() => {
    script.remove();
  });

  const now = () => names(Buffer.from(script.target)).sort();
  const given = (saved: readonly Name[], present: readonly Name[]) => {
    script.nodes(...nodesOf(saved));
    for (const name of [...saved, ...present]) put(script.target, name);
  };
  /** Deletes, and says what is gone. */
  const gone = (...options: readonly string[]): Name[] => {
    const before = now();
    const shown = script.extra('preview', ...options);
    expect([shown.status, now()]).toEqual([0, before]);
    const { status, stderr } = script.extra('apply', ...options);
    expect(status === 0 ? '' : stderr).toBe('');
    const after = new Set(now());
    return before.filter((name) => !after.has(name));
  };

  test('is shown, then deleted, folders too; folders that stay keep their times', () => {
    given(['a/saved'], ['a/new', 'b/c/new', 'b/new', 'n']);
    symlinkSync('/etc', path.join(script.target, 'link'));
    utimesSync(path.join(script.target, 'a'), 1286705410.5, 1286705410.5);
    expect(script.extra('preview').stdout.split('\n').sort()).toEqual([
      '',
      'a/new',
      'b',
      'b/c',
      'b/c/new',
      'b/new',
      'link',
      'n',
    ]);
    expect(gone()).toEqual(['a/new', 'b', 'b/c', 'b/c/new', 'b/new', 'link', 'n']);
    expect(lstatSync(path.join(script.target, 'a')).mtimeMs).toBe(1286705410500);
  });

  test('is shown, and stays, while somebody uses the target', () => {
    put(script.target, 'new');
    script.nodes(...nodesOf(['kept']));
    script.standIn('.local/lib/stowage/lab/check-unused.sh', 'echo "$1 is in use" >&2; exit 1');
    expect(script.extra('preview').status).toBe(0);
    const refused = script.extra('apply');
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('is in use\n')]);
    expect(names(Buffer.from(script.target))).toContain('new');
    expect(script.extra('apply', '--force').status).toBe(0);
    expect(names(Buffer.from(script.target))).not.toContain('new');
  });

  test('is told from what is there by odd names', () => {
    const saved = [
      'line\nbreak',
      'q"u\\o\'te',
      utf8('ünï 文\u2028件'),
      '<&>',
      'tab\t',
      '\x1b[2J',
      'lost\xff',
    ];
    given(saved, ['line', 'break', 'more\nlines/x', utf8('üni'), 'q"u', 'tab']);
    expect(gone()).toEqual(
      ['break', 'line', 'more\nlines', 'more\nlines/x', 'q"u', 'tab', utf8('üni')].sort(),
    );
  });

  test('stays when its name cannot be compared', () => {
    // restic prints every byte that is no UTF-8 alike; \x01 stands for a newline in the lists.
    given(['lost\xff'], ['lost\xfe', 'bad\xc3/x', 'a\x01b']);
    expect(gone()).toEqual([]);
  });

  test('is refused when it is no longer what was shown, or was never shown', () => {
    given(['saved'], ['new']);
    expect(script.extra('apply').status).toBe(1);
    expect(script.extra('preview').status).toBe(0);
    put(script.target, 'newer');
    const { status, stderr } = script.extra('apply');
    expect([status, now()]).toEqual([1, ['new', 'newer', 'saved']]);
    expect(stderr).toMatch(/> newer\n[^]*nothing is deleted/);
  });

  test('is refused for another snapshot than the one that was shown', () => {
    given(['saved'], ['new']);
    expect(script.extra('preview').status).toBe(0);
    script.snapshots(snapshotJson({ id: '6'.repeat(64) }));
    expect([script.extra('apply').status, now()]).toEqual([1, ['new', 'saved']]);
  });

  test('is refused when the snapshot is incomplete', () => {
    given(['saved'], ['new']);
    script.snapshots(snapshotJson({ tags: ['incomplete:proxy'] }));
    const run = script.run('delete-extra', '--preview', '5555', VOLUME, script.target);
    expect([run.status, run.stdout]).toEqual([1, '']);
    expect(run.stderr).toContain('may be the only copy');
  });

  test('is refused when the snapshot does not have the volume at all', () => {
    given([], ['new']);
    script.nodes();
    expect(script.extra('preview').status).toBe(1);
  });

  test('is refused when the snapshot cannot be read to its end', () => {
    given(['saved'], ['new']);
    script.standIn(
      '.local/lib/stowage/lab/restic-main.sh',
      'case $1 in ls) cat "$HOME/nodes"; exit 1 ;; *) cat "$HOME/snapshots" ;; esac',
    );
    expect(script.extra('preview').status).toBe(1);
  });

  test('stays when the snapshot itself says that it leaves it out, or the command does', () => {
    given(['saved'], ['film.mkv', 'a/b/film.mkv', 'cache/x', 'inner/db/x', 'inner/new', 'new']);
    script.snapshots(snapshotJson({ excludes: ['*.mkv', '!keep'] }));
    expect(gone(`--exclude=${VOLUME}/cache`, '--include', `!${VOLUME}/inner/db`)).toEqual([
      'inner/new',
      'new',
    ]);
  });

  test('stays when it has not changed since before the snapshot was made: it was left out of it', () => {
    given(['saved'], ['old', 'folder/old']);
    script.snapshots(snapshotJson({ time: '2999-01-01T00:00:00+02:00' }));
    expect(gone()).toEqual([]);
    expect(script.extra('preview').stderr).toContain('left alone: 3 files or folders unchanged since before');
  });

  test('stays below another mount, whose own folder stays too', () => {
    given(['saved'], ['disk 1/precious', 'line\nbreak/precious', 'disk 10/new', 'a/disk/x', 'a/new']);
    script.mounts(
      ['disk 1', 'line\nbreak', 'a/disk'].map((name) => [path.join(script.target, name), 'ext4']),
    );
    expect(gone()).toEqual(['a/new', 'disk 10', 'disk 10/new']);
  });

  test('stays when it is a socket, or lost+found', async () => {
    given(['saved'], ['lost+found/#1', 'new']);
    const server = await new Promise<Server>((resolve) => {
      const made: Server = createServer().listen(path.join(script.target, 'sock'), () => {
        resolve(made);
      });
    });
    const found = gone();
    server.close();
    expect(found).toEqual(['new']);
  });

  test.each(['*.mkv/**/**', '**/**/ab.mkv', '/**/**/*.mkv', '*.mkv/**/', '**/**'])(
    'stays where the snapshot left it out by %s: each of these stars may be nothing',
    (pattern) => {
      given([], ['ab.mkv']);
      script.snapshots(snapshotJson({ excludes: [pattern] }));
      expect(leftOutAt([pattern], VOLUME, `${VOLUME}/ab.mkv`)).not.toBeNull();
      expect(gone()).toEqual([]);
    },
  );

  test('is nothing in a single file', () => {
    script.target = path.join(script.target, 'file');
    writeFileSync(script.target, 'x');
    const { status, stderr } = script.extra('preview');
    expect(status).toBe(0);
    expect(stderr).toContain('is a single file');
  });
});

describe('whatever a target and a snapshot have', () => {
  const name = fc.constantFrom(
    'a',
    'b',
    'a b',
    'ab.mkv',
    '.b',
    utf8('ü'),
    'x\ny',
    '*',
    '[a]',
    '\\',
    'a\xff',
    "'$x",
  );
  const file = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const files = fc.uniqueArray(file, { maxLength: 12 }).map(withoutFolders);
  const pattern = fc
    .array(fc.constantFrom('a', 'b', '*', '**', '?b', '*.mkv', '[ab]', String.raw`\*`, '.?', utf8('ü')), {
      minLength: 1,
      maxLength: 3,
    })
    .chain((parts) => fc.constantFrom(parts.join('/'), `${VOLUME}/${parts.join('/')}`));

  /** A name that another one needs as a folder cannot be a file. */
  function withoutFolders(all: readonly Name[]): Name[] {
    return all.filter((one) => !all.some((other) => other.startsWith(`${one}/`)));
  }

  const isBelow = (one: Name, folders: readonly Name[]) =>
    folders.some((folder) => one === folder || one.startsWith(`${folder}/`));

  test('nothing is deleted that is saved, left out, another volume or another mount, and all else is', () => {
    fc.assert(
      fc.property(
        fc.record({
          all: files,
          saved: fc.infiniteStream(fc.boolean()),
          recorded: fc.array(pattern, { maxLength: 2 }),
          typed: fc.array(pattern, { maxLength: 1 }),
          mount: fc.option(file, { nil: null }),
          way: fc.constantFrom(...WAYS),
        }),
        ({ all, saved, recorded, typed, mount, way }) => {
          const script = new RestoreScript(way[1]);
          try {
            const patterns = [...recorded, ...typed].map((text) => bytes(text).toString('utf8'));
            const isLeftOut = (one: Name) =>
              leftOutAt(patterns, VOLUME, `${VOLUME}/${bytes(one).toString('utf8')}`) !== null;
            const kept = all.filter((one) => saved.next().value && !isLeftOut(one));
            mkdirSync(script.target, { recursive: true });
            for (const one of all) put(script.target, one);
            script.nodes(...nodesOf(kept));
            script.snapshots(
              snapshotJson({ excludes: recorded.map((text) => bytes(text).toString('utf8')) }),
            );
            script.mounts(
              mount === null ? [] : [[`${script.target}/${bytes(mount).toString('utf8')}`, 'ext4']],
            );
            const options = typed.map((text) => `--exclude=${bytes(text).toString('utf8')}`);
            const before = names(Buffer.from(script.target));
            expect(script.extra('preview', ...options).status).toBe(0);
            expect(names(Buffer.from(script.target))).toEqual(before);
            const { status, stderr } = script.extra('apply', ...options);
            expect(status === 0 ? '' : stderr).toBe('');
            const after = names(Buffer.from(script.target));

            const stays = (one: Name) =>
              kept.includes(one) ||
              kept.some((other) => other.startsWith(`${one}/`)) ||
              isLeftOut(one) ||
              one.includes('\xff') ||
              (mount !== null && isBelow(one, [mount]));
            const must = before.filter(
              (one) => stays(one) || before.some((other) => other.startsWith(`${one}/`) && stays(other)),
            );
            // Never less than must stay; and more only where a pattern is not exact for names and regular expressions.
            expect(after).toEqual(expect.arrayContaining(must));
            const isExact = patterns.every((text) => !/[?[]|\*\*/.test(text));
            if (isExact) expect(after.sort()).toEqual(must.sort());
          } finally {
            script.remove();
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});
