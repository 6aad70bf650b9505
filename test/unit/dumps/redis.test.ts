import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';
import { Sandbox } from '../../support/sandbox.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.standIn('redis-cli', 'echo PONG');
});
afterEach(() => sandbox.remove());

/** A server beside the real one that says this when it is started for the first time, and is well later. */
function prepare(first: string) {
  sandbox.standIn(
    'redis-server',
    `log=$(sed -n 's/^logfile //p' "$1"); sed -n 's/^port //p' "$1" >>"$AT/ports"
if [ "$(wc -l <"$AT/ports")" = 1 ]; then echo ${JSON.stringify(first)} >>"$log"; exit 1; fi
echo '* Ready to accept connections tcp' >>"$log"; exec sleep 60`,
  );
  const script = builtinTemplates().render('dumps/redis.sh.hbs', { header: 'test' });
  return spawnSync('sh', ['-c', script, 'stowage', 'prepare', '', '', '-'], {
    encoding: 'utf8',
    input: '\nREDIS',
    env: { PATH: `${sandbox.at('bin')}:${process.env.PATH ?? ''}`, AT: sandbox.folder },
  });
}

test('a port that somebody has is not the end of a restore; it is none that clients get by themselves', () => {
  expect(prepare('Could not create server TCP listening socket: bind: Address already in use')).toMatchObject(
    { status: 0 },
  );
  const ports = sandbox.lines('ports').map(Number);
  expect(ports).toHaveLength(2);
  expect(ports.every((port) => port >= 20_000 && port < 32_000)).toBe(true);
});

test('a snapshot that cannot be read is', () => {
  expect(prepare('Wrong signature trying to load DB from file')).toMatchObject({
    ...{ status: 1, stderr: expect.stringContaining('the snapshot cannot be loaded') },
  });
  expect(sandbox.lines('ports')).toHaveLength(1);
});
