import { expect, test } from '@jest/globals';
import { readHealthCommand } from '../../../src/contract/health.js';

test.each([
  ['a program and its arguments', ['sleep', 5, true, ''], ['sleep', '5', 'true', '']],
  ['a program after `CMD`', ['CMD', 'pg_isready', '-q'], ['pg_isready', '-q']],
  [
    'a line for a shell after `CMD-SHELL`',
    ['CMD-SHELL', 'curl -f localhost | grep ok'],
    ['sh', '-c', 'curl -f localhost | grep ok'],
  ],
  ['`NONE`, which turns the check off', ['NONE'], []],
  ['a line for a shell', 'curl -f localhost | grep ok', ['sh', '-c', 'curl -f localhost | grep ok']],
  ['nothing', [], []],
  ['an empty text', '', []],
])('a health command is %s', (_, cmd, command) => {
  expect(readHealthCommand({ health: { cmd } })).toEqual(command);
});

test('a contract without one has none', () => {
  expect(readHealthCommand({})).toEqual([]);
  expect(readHealthCommand({ health: null })).toEqual([]);
});

test('the check that live contracts call liveness counts where there is no other', () => {
  const liveness = { cmd: ['true'] };
  expect(readHealthCommand({ health: { liveness } })).toEqual(['true']);
  expect(readHealthCommand({ health: { cmd: ['false'], liveness } })).toEqual(['false']);
  expect(readHealthCommand({ health: { liveness: null } })).toEqual([]);
});
