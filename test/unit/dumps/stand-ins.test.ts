import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';
import { programsFolder, Sandbox } from '../../support/sandbox.js';

/**
 * Engines that Debian does not have, played by programs that do what their manuals say. Their databases are folders, and
 * what they hold is a file in each.
 */
let sandbox: Sandbox;
/** What an image has besides: the machine may have a real engine. */
let programs: string;
beforeAll(() => {
  programs = programsFolder(
    'sh sed cat cut tr grep head tail ls cp mktemp rm tar gzip find sort od dd date timeout printf',
  );
});
afterAll(() => rmSync(programs, { recursive: true }));
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

/** Runs a mode of an engine's script where its programs are. */
function run(engine: string, mode: string, part: string, input: Buffer | string = '', password = '') {
  const script = builtinTemplates().render(`dumps/${engine}.sh.hbs`, { header: 'test' });
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'stowage', mode, '', '', part], {
    input: mode === 'check' ? input : Buffer.concat([Buffer.from(`${password}\n`), Buffer.from(input)]),
    env: { PATH: `${sandbox.at('bin')}:${programs}`, AT: sandbox.folder },
  });
  return { status, stdout, stderr: stderr.toString() };
}

/** All steps of a restore. */
function load(engine: string, part: string, dump: Buffer) {
  for (const mode of ['check', 'prepare', 'load']) {
    expect(run(engine, mode, part, dump)).toMatchObject({ status: 0 });
  }
  return run(engine, 'finish', part, dump);
}
const cut = (dump: Buffer) => dump.subarray(0, -2);

describe('MongoDB', () => {
  /** An archive is a magic number, what it holds, and the mark of its end. */
  beforeEach(() => {
    sandbox.standIn(
      'mongodump',
      `[ ! -e "$AT/down" ] || { echo 'Failed: server selection error' >&2; exit 1; }
printf '\\155\\342\\231\\201'; cd "$AT/db"; for name in *; do printf '%s=%s\\n' "$name" "$(cat "$name")"; done; printf '\\377\\377\\377\\377'`,
    );
    sandbox.standIn(
      'mongorestore',
      `ending=
for word do case $word in --nsTo=*) ending=\${word#*database\\$} ending=\${ending%%.*} ;; --dryRun) dry=yes ;; esac; done
tr -d '\\155\\342\\231\\201\\377' | while IFS== read -r name value; do [ "\${dry-}" ] || printf %s "$value" >"$AT/db/$name$ending"; done`,
    );
    sandbox.write('db/shop', 'before');
  });

  test('comes back from its archive, and a copy of what was there stays', () => {
    const { status, stdout } = run('mongodb', 'dump', '-');
    expect(status).toBe(0);
    sandbox.write('db/shop', 'after');
    const { stderr } = load('mongodb', '-', stdout);
    expect(sandbox.text('db/shop')).toBe('before');
    const [ending = ''] = /__before_\d{14}/.exec(stderr) ?? [];
    expect(sandbox.text(`db/shop${ending}`)).toBe('after');
  });

  test('that is down gives no dump, and an archive that is cut is told', () => {
    const { stdout } = run('mongodb', 'dump', '-');
    expect(run('mongodb', 'check', '-', cut(stdout))).toMatchObject({
      ...{ status: 1, stderr: expect.stringContaining('it is cut') },
    });
    sandbox.write('down', '');
    expect(run('mongodb', 'dump', '-')).toMatchObject({
      ...{ status: 1, stderr: expect.stringContaining('server selection error') },
    });
  });
});

describe.each([
  ['InfluxDB 1', 'influxd', 'show databases', 'database'],
  ['InfluxDB 2', 'influx', 'bucket list', 'bucketName'],
] as const)('%s', (title, program, asked, key) => {
  /** The server restores into a name that is free, and into no other. */
  beforeEach(() => {
    const server = `case $1 in
  backup)
    for folder do :; done
    cd "$AT/db"
    for name in *; do cp "$name" "$folder/$name.gz"; printf '{"${key}":"%s"}' "$name" >>"$folder/1.manifest"; done
    ;;
  restore)
    shift
    while [ "$#" -gt 0 ]; do
      case $1 in --bucket | -db) from=$2; shift ;; --new-bucket | -newdb) to=$2; shift ;; -*) ;; *) folder=$1 ;; esac
      shift
    done
    [ ! -e "$AT/db/$to" ] || { echo 'already exists' >&2; exit 1; }
    cp "$folder/$from.gz" "$AT/db/$to"
    ;;
esac`;
    const client = `case $* in
  version | -version) echo '${title === 'InfluxDB 2' ? 'Influx CLI 2.7.5' : 'InfluxDB shell version: 1.8.10'}'; exit ;;
  *'${asked}'*) ${program === 'influx' ? `ls "$AT/db" | sed 's/.*/id\\t&\\t72h/'` : `echo name,name; ls "$AT/db" | sed 's/^/databases,/'`}; exit ;;
esac`;
    sandbox.standIn('influx', program === 'influx' ? `${client}\n${server}` : client);
    if (program === 'influxd') sandbox.standIn('influxd', server);
    sandbox.write('db/power', 'before');
  });

  test('restores beside what is there, and takes a name that is free', () => {
    const { status, stdout } = run('influxdb', 'dump', '-');
    expect(status).toBe(0);
    sandbox.write('db/power', 'after');
    const { stderr } = load('influxdb', '-', stdout);
    const [restored = ''] = /power__restored_\d{14}/.exec(stderr) ?? [];
    expect(sandbox.text(`db/${restored}`)).toBe('before');
    expect(sandbox.text('db/power')).toBe('after');
    rmSync(sandbox.at('db'), { recursive: true });
    sandbox.write('db/other', '');
    load('influxdb', '-', stdout);
    expect(sandbox.text('db/power')).toBe('before');
  });

  test('whose archive is cut is told', () => {
    const { stdout } = run('influxdb', 'dump', '-');
    expect(run('influxdb', 'check', '-', stdout.subarray(0, 700))).toMatchObject({ status: 1 });
    expect(run('influxdb', 'check', '-', '')).toMatchObject({ status: 1 });
  });
});

describe('MySQL', () => {
  const PASSWORD = "it's $(secret)";

  /** What only MySQL has: no roles in its table of users, and options of its dump that MariaDB's has not. */
  beforeEach(() => {
    sandbox.standIn(
      'mysqldump',
      `[ "$1" != --help ] || { echo '--column-statistics --set-gtid-purged --no-tablespaces'; exit; }
[ ! -e "$AT/down" ] || { echo "Got error: 2002: Can't connect" >&2; exit 2; }
echo "password $MYSQL_PWD" >>"$AT/told"; printf 'CREATE TABLE t;\\n-- Dump completed\\n'`,
    );
    sandbox.standIn(
      'mysql',
      `case $* in
  *'select version()'*) echo 8.4.3 ;;
  *is_role*) echo "ERROR 1054: Unknown column 'is_role'" >&2; exit 1 ;;
  *'group_concat'*) echo NULL ;;
  *"concat('DEFAULT CHARACTER SET"*) echo 'DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci' ;;
  *"concat(quote(user)"*) echo "'app'@'%'" ;;
  *'show create user'*) echo "CREATE USER \\\`app\\\`@\\\`%\\\` IDENTIFIED WITH 'caching_sha2_password' AS 0x24 DEFAULT ROLE NONE REQUIRE NONE" ;;
  *'show grants'*) echo "GRANT SELECT ON *.* TO \\\`app\\\`@\\\`%\\\`" ;;
  *'select count(*)'*) echo 0 ;;
  *'select schema_name'*) echo shop ;;
esac`,
    );
  });

  test('is dumped with the options that it has, and its password in no argument', () => {
    expect(run('mariadb', 'parts', 'shop', '', PASSWORD).stdout.toString()).toBe('globals.sql\nshop.sql\n');
    const { status, stdout } = run('mariadb', 'dump', 'shop.sql', '', PASSWORD);
    expect({ status, text: stdout.toString() }).toEqual({
      status: 0,
      text: '-- The database: DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci\nCREATE TABLE t;\n-- Dump completed\n',
    });
    const calls = sandbox.calls();
    expect(calls.at(-1)).toMatch(/--no-tablespaces --set-gtid-purged=OFF --column-statistics=0 .*-- shop$/);
    expect(calls.join()).not.toContain('secret');
    expect(sandbox.lines('told')).toEqual([`password ${PASSWORD}`]);
    expect(run('mariadb', 'check', 'shop.sql', stdout).status).toBe(0);
    expect(run('mariadb', 'check', 'shop.sql', cut(stdout)).status).toBe(1);
  });

  test('has users without roles, which are made only where they are missing', () => {
    const { status, stdout } = run('mariadb', 'dump', 'globals.sql');
    expect({ status, lines: stdout.toString().trim().split('\n') }).toEqual({
      status: 0,
      lines: [
        "CREATE USER IF NOT EXISTS `app`@`%` IDENTIFIED WITH 'caching_sha2_password' AS 0x24 REQUIRE NONE;",
        'GRANT SELECT ON *.* TO `app`@`%`;',
        '-- Dump completed',
      ],
    });
  });

  test('that is down gives no dump', () => {
    sandbox.write('down', '');
    expect(run('mariadb', 'dump', 'shop.sql')).toMatchObject({
      ...{ status: 2, stderr: expect.stringContaining("Can't connect") },
    });
  });
});
