import type { LiveData } from './live-data.js';

export const influxdb: LiveData = {
  name: 'influxdb',
  title: 'InfluxDB',
  images: ['influxdb'],
  paths: ['/var/lib/influxdb', '/var/lib/influxdb2', '/bitnami/influxdb'],
  own_paths: ['/var/lib/influxdb', '/var/lib/influxdb2', '/bitnami/influxdb'],
  clients: ['influx'],
  servers: ['influxd', 'influxdb3', 'entrypoint.sh'],
  engine: 'influxdb',
  own_way: null,
};
