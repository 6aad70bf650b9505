import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  backup,
  dumpWords,
  installScripts,
  restoreWords,
  startWriter,
  stopWriter,
  type Database,
} from './lib/databases.js';
import { unpackPackages } from './lib/debian.js';
import { noteEngine, versionIn } from './lib/engines.js';
import { boot, type Machine } from './lib/machine.js';

/** How often each database is dumped and restored while it is written to. */
const ROUNDS = Number(process.env.STOWAGE_DUMP_ROUNDS ?? 2);
const ACCOUNTS = 1000;
const WRONG = '--password-file=/root/wrong';

/** Statements that take from one account and give to another, each time in one transaction. */
const transfers = (begin: string) =>
  Array.from({ length: 40 }, (_, i) => {
    const one = (by: string, factor: number) =>
      `update account set sum = sum ${by} where id = ${((i * factor) % ACCOUNTS) + 1};`;
    return `${begin} ${one('- 1', 37)} ${one('+ 1', 91)} insert into entry (note) values ('a transfer'); commit;`;
  }).join('\n');
const inShell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

const POSTGRESQL: Database = {
  ...{ engine: 'postgresql', shape: 'folder', file: 'postgresql', stops: false },
  enter: ['runuser', '-u', 'postgres', '--'],
  fill: `systemctl start postgresql
    runuser -u postgres -- psql -qc 'create role owner login' -c 'create database bank owner owner'
    runuser -u postgres -- psql -q bank -c 'create extension amcheck' -c 'create table account (id int primary key, sum int)' \\
      -c 'create table entry (id serial primary key, note text)' -c 'alter table account owner to owner' \\
      -c 'insert into account select i, 0 from generate_series(1, ${ACCOUNTS}) i'`,
  write: `printf %s ${inShell(transfers('begin;'))} | runuser -u postgres -- psql -qX bank`,
  check: `runuser -u postgres -- /usr/lib/postgresql/17/bin/pg_amcheck --database=bank --heapallindexed &&
    runuser -u postgres -- psql -AtqX bank -c "select case when sum(sum) = 0 and count(*) = ${ACCOUNTS} and
      (select tableowner from pg_tables where tablename = 'account') = 'owner' then 'fine' end from account"`,
};

const MARIADB: Database = {
  ...{ engine: 'mariadb', shape: 'folder', file: 'mariadb', stops: false, enter: [] },
  fill: `systemctl start mariadb
    mariadb -e "create database bank; create user owner@localhost identified by 'x'; grant all on bank.* to owner@localhost"
    mariadb bank -e 'create table account (id int primary key, sum int); create table entry (id int auto_increment primary key, note text);
      create view busy as select id from account where sum <> 0;
      create trigger noted before insert on entry for each row set new.note = concat(new.note, "!");
      insert into account select seq, 0 from seq_1_to_${ACCOUNTS}'`,
  write: `printf %s ${inShell(transfers('begin;'))} | mariadb bank`,
  check: `mariadb-check --check --extended bank | grep -v ' OK$' && exit 1
    mariadb -N bank -e "select if(sum(sum) = 0 and count(*) = ${ACCOUNTS} and (select count(*) from information_schema.triggers
      where trigger_schema = 'bank') = 1 and (select count(*) from busy) >= 0, 'fine', 'wrong') from account"`,
};

const SQLITE: Database = {
  ...{
    engine: 'sqlite',
    shape: 'file',
    file: 'sqlite.sql',
    path: '/srv/app/bank.sqlite3',
    stops: true,
    enter: [],
  },
  fill: `mkdir /srv/app; sqlite3 /srv/app/bank.sqlite3 'pragma journal_mode = wal; pragma user_version = 7;
    create table account (id integer primary key, sum int); create table entry (id integer primary key, note text);
    insert into account select value, 0 from generate_series(1, ${ACCOUNTS});'; chown -R nobody /srv/app`,
  write: `printf '.timeout 9000\\n%s' ${inShell(transfers('begin immediate;'))} | runuser -u nobody -- sqlite3 /srv/app/bank.sqlite3`,
  check: `[ "$(stat -c %U /srv/app/bank.sqlite3)" = nobody ] && [ "$(sqlite3 /srv/app/bank.sqlite3 'pragma integrity_check')" = ok ] &&
    [ "$(sqlite3 /srv/app/bank.sqlite3 'pragma journal_mode; pragma user_version')" = "$(printf 'wal\\n7')" ] &&
    sqlite3 /srv/app/bank.sqlite3 "select iif(sum(sum) = 0 and count(*) = ${ACCOUNTS}, 'fine', 'wrong') from account"`,
};

const MOVE = `redis.call('hincrby', 'account', math.random(${ACCOUNTS}), 1) redis.call('hincrby', 'account', math.random(${ACCOUNTS}), -1)`;
const SUM = `local sum = 0 for _, value in ipairs(redis.call('hvals', 'account')) do sum = sum + value end return sum`;
const REDIS: Database = {
  ...{ engine: 'redis', shape: 'file', file: 'redis.rdb', stops: false, enter: [] },
  fill: `echo 'appendonly yes' >>/etc/redis/redis.conf; systemctl start redis-server
    redis-cli eval "for i = 1, ${ACCOUNTS} do redis.call('hset', 'account', i, 0) end" 0`,
  write: `for i in 1 2 3 4 5 6 7 8 9 10; do echo ${inShell(`eval "${MOVE}" 0`)}; done | redis-cli`,
  check: `[ "$(redis-cli hlen account)" = ${ACCOUNTS} ] && [ "$(redis-cli eval ${inShell(SUM)} 0)" = 0 ] && redis-check-rdb /backup/app/dumps/redis.rdb >/dev/null && echo fine`,
};

const DATABASES = [POSTGRESQL, MARIADB, SQLITE, REDIS];

/** Its server restores beside what is there. */
const INFLUXDB: Database = {
  ...{ engine: 'influxdb', shape: 'file', file: 'influxdb.tar', stops: false, enter: [] },
  fill: `systemd-run --quiet --unit=influxdb --setenv=HOME=/root influxd
    for try in $(seq 100); do influx -execute 'create database bank' 2>/dev/null && exit; sleep 0.1; done; exit 1`,
  write: `influx -database bank -execute 'insert entry amount=1'`,
  check: '',
};

/** Programs of the Debian before: they need no more than its libraries. */
const OLD = '/opt/bookworm';
const OLD_CLIENT = `PATH=${OLD}/usr/lib/postgresql/15/bin:/usr/bin:/bin`;

/** A machine with databases, their writers, and the scripts that dump and restore them. */
describe('databases under a writer that never stops', () => {
  let machine: Machine;
  const spool = async () => (await machine.run('find /backup/app/dumps -mindepth 1')).stdout;
  const dump = async (database: Database, ...more: readonly string[]) =>
    machine.run(dumpWords(database, more), { allowFail: true });

  beforeAll(async () => {
    machine = await boot('databases', 'databases1');
    await machine.copy(await unpackPackages('databases-bookworm'), OLD);
    await machine.run(`ln -s ${OLD}/usr/bin/influx ${OLD}/usr/bin/influxd /usr/local/bin/`);
    noteEngine('influxdb', versionIn((await machine.run('influxd version')).stdout) ?? '');
    await installScripts(machine, [...DATABASES, INFLUXDB]);
    for (const { fill } of [...DATABASES, INFLUXDB]) await machine.run(fill);
  });
  afterAll(async () => machine.stop());

  test.each(DATABASES.map((database) => [database.engine, database] as const))(
    '%s: every dump restores to a database in order',
    async (_engine, database) => {
      await startWriter(machine, database);
      for (let round = 0; round < ROUNDS; round += 1) {
        expect(await dump(database)).toEqual({
          code: 0,
          stdout: '',
          stderr: expect.not.stringContaining('<3>'),
        });
        await backup(machine);
        if (database.stops) await stopWriter(machine, database);
        await machine.run(restoreWords(database));
        expect([round, (await machine.run(database.check)).stdout.trim()]).toEqual([round, 'fine']);
        if (database.stops) await startWriter(machine, database);
      }
      await stopWriter(machine, database);
      expect((await machine.run('ls -A /var/tmp')).stdout).not.toContain('stowage-restore');
    },
  );

  test('influxdb: every dump restores beside what is there, with all that was written before it', async () => {
    const count = async (database: string) => {
      const asked = `influx -database '${database}' -format csv -execute 'select count(amount) from entry'`;
      return Number((await machine.run(asked)).stdout.trim().split(',').at(-1));
    };
    await machine.run(INFLUXDB.write);
    await startWriter(machine, INFLUXDB);
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = await count('bank');
      expect(await dump(INFLUXDB)).toMatchObject({ code: 0, stdout: '' });
      const after = await count('bank');
      await backup(machine);
      const { stderr } = await machine.run(restoreWords(INFLUXDB));
      const [, restored = ''] = /'(bank__restored_\d{14})'/.exec(stderr) ?? [];
      const found = await count(restored);
      expect([round, found >= before, found <= after]).toEqual([round, true, true]);
      await machine.run(`influx -execute 'drop database ${restored}'`);
    }
    await stopWriter(machine, INFLUXDB);
    await machine.run("influx -execute 'drop database bank'");
    await machine.run(restoreWords(INFLUXDB));
    expect(await count('bank')).toBeGreaterThan(0);
  });

  test('an empty server gets roles and databases', async () => {
    await machine.run('pg_createcluster --port=5440 17 empty --start');
    const other = [...POSTGRESQL.enter, 'env', 'PGPORT=5440'];
    await machine.run(restoreWords(POSTGRESQL, '--database=bank', '--', ...other));
    const asked = 'runuser -u postgres -- psql -p 5440 -AtqX bank -c';
    expect((await machine.run(`${asked} 'select sum(sum) from account'`)).stdout).toBe('0\n');
    await machine.run('pg_dropcluster --stop 17 empty');
  });

  test('a dump that is cut changes nothing that is there', async () => {
    await machine.run(
      'cd /backup/app/dumps/postgresql && truncate -s "$(($(stat -c %s bank.dump) / 2))" bank.dump && printf "\\0\\0\\0\\0\\0" >>bank.dump',
    );
    await backup(machine);
    const before = (
      await machine.run('runuser -u postgres -- psql -AtqXc "select datname from pg_database order by 1"')
    ).stdout;
    const restored = await machine.run(restoreWords(POSTGRESQL), { allowFail: true });
    expect(restored).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the database is what it was'),
    });
    const after = (
      await machine.run('runuser -u postgres -- psql -AtqXc "select datname from pg_database order by 1"')
    ).stdout;
    expect(after).toBe(before);
    expect((await machine.run(POSTGRESQL.check)).stdout.trim()).toBe('fine');
  });

  test.each<[string, Database, readonly string[], RegExp]>([
    [
      'PostgreSQL with a wrong password',
      { ...POSTGRESQL, enter: ['env', 'PGHOST=127.0.0.1'] },
      ['--user=owner', WRONG],
      /password/,
    ],
    [
      'MariaDB with a wrong password',
      { ...MARIADB, enter: ['runuser', '-u', 'nobody', '--'] },
      ['--user=owner', WRONG],
      /Access denied/,
    ],
    ['SQLite without its file', { ...SQLITE, path: '/srv/app/none' }, [], /no file '\/srv\/app\/none'/],
    [
      'PostgreSQL newer than the client',
      { ...POSTGRESQL, enter: [...POSTGRESQL.enter, 'env', OLD_CLIENT] },
      [],
      /version mismatch[^]*server version: 17[^]*version: 15/,
    ],
    [
      'a spool that others fill meanwhile',
      {
        ...REDIS,
        enter: ['sh', '-c', '[ "$5" != dump ] || head -c 9M /dev/zero >/large/other || :; exec "$@"', 'sh'],
      },
      ['--to=/large'],
      /No space left on device/,
    ],
    ['a spool that is too small', REDIS, ['--to=/small'], /it needs about \d+ bytes, and '\/small' has/],
  ])('%s leaves no dump, and says why', async (_what, database, more, words) => {
    await machine.run(
      `for spool in small=4k large=8M; do
        mountpoint -q "/\${spool%=*}" || mount --mkdir -t tmpfs -o "size=\${spool#*=}" none "/\${spool%=*}"
      done; echo wrong >/root/wrong`,
    );
    const { code, stderr } = await dump(database, ...more);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(words) });
    expect(stderr).toContain('<3>stowage: dump ');
    const spools = more.some((word) => word.startsWith('--to=')) ? '' : `/backup/app/dumps/${database.file}*`;
    const left = await machine.run(`find /small /large ! -name other ! -type d; ls -d ${spools}`, {
      allowFail: true,
    });
    expect(left.stdout).toBe(spools === '' ? '.\n' : '');
  });

  test('a dump that is killed in the middle leaves nothing that is called finished', async () => {
    const words = dumpWords({
      ...POSTGRESQL,
      enter: ['sh', '-c', 'sleep 1; exec "$@"', 'sh', ...POSTGRESQL.enter],
    });
    await machine.run(['systemd-run', '--quiet', '--unit=killed', ...words]);
    await machine.run('sleep 2.5; systemctl kill --signal=KILL killed; sleep 0.5');
    expect(await spool()).not.toMatch(/dumps\/postgresql$/m);
  });

  test.each([
    ['postgresql', POSTGRESQL, 'systemctl stop postgresql postgresql@17-main'],
    ['mariadb', MARIADB, 'systemctl stop mariadb'],
    ['redis', REDIS, 'systemctl stop redis-server'],
  ] as const)('%s that is down leaves no dump', async (_engine, database, stop) => {
    await machine.run(stop);
    const { code, stderr } = await dump(database);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/connect[^]*<3>stowage: dump /i)]);
    expect(await spool()).not.toContain(database.engine);
  });
});
