import type { Engine } from '../engine.js';

/** A program that the contract names, which writes the dump to its standard output. */
export const command: Engine = {
  name: 'command',
  title: 'a command',
  script: null,
  shape: 'file',
  ending: '',
  keys: ['command', 'restore_command', 'file'],
  network: null,
  reads_files: null,
  system_user: null,
};
