import type { LiveData } from './live-data.js';

export const etcd: LiveData = {
  name: 'etcd',
  title: 'etcd',
  images: ['etcd', 'etcd-development'],
  paths: ['/var/lib/etcd', '/etcd-data', '/bitnami/etcd'],
  own_paths: ['/var/lib/etcd', '/etcd-data', '/bitnami/etcd'],
  clients: ['etcdctl', 'etcdutl'],
  servers: ['etcd'],
  engine: null,
  own_way: '`etcdctl snapshot save FILE`',
};
