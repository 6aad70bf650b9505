import { expect, test } from '@jest/globals';
import { ENGINES } from '../../../src/dumps/registry.js';
import { isImageOf, isToolImage } from '../../../src/live-data/image.js';
import { isInside, holds } from '../../../src/live-data/path.js';
import { LIVE_DATA, SQLITE_APPLICATIONS, titleOf } from '../../../src/live-data/registry.js';

test('each database is mended by an engine of dumps, or copies itself in a way of its own', () => {
  for (const { name, engine, own_way: ownWay } of LIVE_DATA) {
    expect({ name, ways: [engine, ownWay].filter((way) => way !== null).length }).toEqual({ name, ways: 1 });
    if (engine !== null) expect(ENGINES).toContain(engine);
  }
});

test('names and images are there once, and paths are absolute', () => {
  const all = [...LIVE_DATA, ...SQLITE_APPLICATIONS].flatMap(({ images }) => images);
  expect(all).toEqual([...new Set(all)]);
  const names = LIVE_DATA.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  const paths = [
    ...LIVE_DATA.flatMap(({ paths: where, own_paths: own }) => [...where, ...own]),
    ...SQLITE_APPLICATIONS.flatMap(({ files }) => files),
  ];
  expect(paths.filter((path) => !path.startsWith('/'))).toEqual([]);
});

test('a plan may name a database that nobody knows any more', () => {
  expect([titleOf('postgresql'), titleOf('paradox')]).toEqual(['PostgreSQL', 'paradox']);
});

test.each([
  ['postgres', true],
  ['Postgres:16-alpine', true],
  ['docker.io/library/postgres@sha256:abc', true],
  ['ghcr.io/x/postgres:16@sha256:abc', true],
  ['registry.lan:5000/postgres', true],
  ['postgres-exporter:1', false],
  ['postgres/tools', false],
  ['', false],
])('an image is known behind registry, tag and digest: %s', (image, is) => {
  expect(isImageOf(image, ['postgres'])).toBe(is);
});

test('where one part says too little, two have to be there', () => {
  const known = ['vaultwarden/server'];
  expect(isImageOf('ghcr.io/vaultwarden/server:1', known)).toBe(true);
  expect(isImageOf('example/server:1', known)).toBe(false);
  expect(isImageOf('server', known)).toBe(false);
});

test('tools are known by their name', () => {
  expect(['x/mysqld-exporter:1', 'phpmyadmin', 'pg-backup', 'mongo-express'].map(isToolImage)).not.toContain(
    false,
  );
  expect(['postgres', 'clickhouse-server', 'nextcloud'].map(isToolImage)).not.toContain(true);
});

test('what lies beside the data is none of it', () => {
  expect(isInside('/var/lib/mysql', '/var/lib/mysql')).toBe(true);
  expect(isInside('/var/lib/postgresql/18/docker', '/var/lib/postgresql')).toBe(true);
  expect(isInside('/var/lib/postgresql/data/backups', '/var/lib/postgresql')).toBe(false);
  expect(isInside('/var/lib/mysql-files', '/var/lib/mysql')).toBe(false);
  expect(isInside('/var/lib', '/var/lib/mysql')).toBe(false);
});

test('another mount takes away what lies in it', () => {
  expect(holds('/data', '/data/db.sqlite3', ['/data', '/data/attachments'])).toBe(true);
  expect(holds('/data', '/data/gitea/gitea.db', ['/data', '/data/gitea'])).toBe(false);
  expect(holds('/data/attachments', '/data/db.sqlite3', [])).toBe(false);
  expect(holds('/', '/data/db.sqlite3', ['/'])).toBe(true);
});
