import type { LiveData } from './live-data.js';

export const victoriaMetrics: LiveData = {
  name: 'victoria-metrics',
  title: 'VictoriaMetrics',
  images: ['victoria-metrics', 'victoriametrics/vmstorage'],
  paths: ['/victoria-metrics-data', '/storage', '/vmstorage-data'],
  own_paths: ['/victoria-metrics-data', '/vmstorage-data'],
  clients: ['vmctl', 'vmbackup', 'vmrestore'],
  servers: ['victoria-metrics-prod', 'vmstorage-prod'],
  engine: null,
  own_way: 'its snapshot call (`/snapshot/create`), or `vmbackup`, which uses it',
};
