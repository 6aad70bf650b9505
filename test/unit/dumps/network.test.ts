import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';
import { Sandbox } from '../../support/sandbox.js';
import { SHELL } from '../../support/shell.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const PASSWORD = "it's $(secret)";

/** Runs an engine's script as in a pod: what asks the server is a stand-in, and notes its words and what it is told besides. */
function inPod(engine: string, program: string, answer: string, words: readonly string[]) {
  sandbox.write(
    `bin/${program}`,
    `#!/bin/sh\nprintf '%s\\n' "$@" >>"$AT/words"\nenv >>"$AT/told"\n${answer}\n`,
    0o755,
  );
  const script = builtinTemplates().render(`dumps/${engine}.sh.hbs`, { header: 'test' });
  const [first, ...more] = SHELL;
  return spawnSync(first, [...more, '-c', script, 'stowage', ...words], {
    encoding: 'utf8',
    input: `${PASSWORD}\n`,
    env: {
      PATH: `${sandbox.at('bin')}:${process.env.PATH ?? ''}`,
      AT: sandbox.folder,
      ...{ STOWAGE_HOST: 'db.apps', STOWAGE_PORT: '4711' },
    },
  });
}

describe(`over the network, by ${SHELL[0]}`, () => {
  test('MongoDB is asked by host and port, with the password in no argument', () => {
    const answer = `cat /dev/fd/4 >"$AT/config"; echo archive`;
    const { status, stdout } = inPod('mongodb', 'mongodump', answer, ['dump', 'root', '', '-']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'archive\n' });
    expect(sandbox.text('words').split('\n')).toEqual(
      expect.arrayContaining(['--host=db.apps', '--port=4711', '--username=root', '--archive']),
    );
    expect(sandbox.text('config')).toBe(`password: 'it''s $(secret)'\n`);
    expect(sandbox.text('words')).not.toContain('secret');
  });

  test('InfluxDB 2 is asked by its address, with the token in the environment', () => {
    const answer = `[ "$1" != version ] || { echo 'Influx CLI 2.7.5'; exit; }; echo x >"$2/20260101.manifest"`;
    const { status, stdout } = inPod('influxdb', 'influx', answer, ['dump', '', '', '-']);
    expect(status).toBe(0);
    expect(spawnSync('tar', ['-tf', '-'], { input: stdout, encoding: 'utf8' }).stdout).toContain('.manifest');
    expect(sandbox.text('told')).toContain('INFLUX_HOST=http://db.apps:4711\n');
    expect(sandbox.text('told')).toContain(`INFLUX_TOKEN=${PASSWORD}\n`);
    expect(sandbox.text('words')).not.toContain('secret');
  });

  test('InfluxDB 1 says that it cannot be', () => {
    const { status, stderr } = inPod('influxdb', 'influx', 'echo InfluxDB shell version: 1.8.10', [
      ...['dump', '', '', '-'],
    ]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('only where its server is, and not over the network'),
    });
  });

  test('Redis is asked by host and port, with the password in the environment', () => {
    const answer = `case " $* " in *' ping '*) echo PONG ;; *' --rdb '*) eval "echo REDIS >\\"\\\${$#}\\"" ;; esac`;
    const { status, stdout } = inPod('redis', 'redis-cli', answer, ['dump', '', '', '-']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'REDIS\n' });
    expect(sandbox.text('words')).toContain('-h\ndb.apps\n-p\n4711\n');
    expect(sandbox.text('told')).toContain(`REDISCLI_AUTH=${PASSWORD}\n`);
    expect(sandbox.text('words')).not.toContain('secret');
  });
});
