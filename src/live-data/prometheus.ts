import type { LiveData } from './live-data.js';

export const prometheus: LiveData = {
  name: 'prometheus',
  title: 'Prometheus',
  images: ['prom/prometheus', 'prometheus/prometheus', 'bitnami/prometheus', 'ubuntu/prometheus'],
  paths: ['/prometheus', '/opt/bitnami/prometheus/data', '/bitnami/prometheus', '/var/lib/prometheus'],
  own_paths: ['/prometheus', '/var/lib/prometheus'],
  clients: ['promtool'],
  servers: ['prometheus'],
  engine: null,
  own_way:
    'its snapshot call (`POST /api/v1/admin/tsdb/snapshot`, with `--web.enable-admin-api`), which makes a folder below `snapshots`',
};
