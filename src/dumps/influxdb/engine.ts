import type { Engine } from '../engine.js';

/** The folder that its own backup writes, as one archive. */
export const influxdb: Engine = {
  name: 'influxdb',
  title: 'InfluxDB',
  script: 'influxdb',
  shape: 'file',
  ending: '.tar',
  keys: ['password_from'],
  network: { port: 8086, variables: { host: 'STOWAGE_HOST', port: 'STOWAGE_PORT' }, keeps: null },
  reads_files: null,
  system_user: null,
};
