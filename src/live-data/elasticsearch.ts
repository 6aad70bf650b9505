import type { LiveData } from './live-data.js';

export const elasticsearch: LiveData = {
  name: 'elasticsearch',
  title: 'Elasticsearch',
  images: ['elasticsearch', 'elasticsearch-oss', 'elasticsearch-wolfi'],
  paths: ['/usr/share/elasticsearch/data', '/bitnami/elasticsearch', '/var/lib/elasticsearch'],
  own_paths: ['/usr/share/elasticsearch/data', '/bitnami/elasticsearch', '/var/lib/elasticsearch'],
  clients: ['elasticdump'],
  servers: ['elasticsearch', 'docker-entrypoint.sh', 'eswrapper'],
  engine: null,
  own_way:
    'a snapshot into a repository of type `fs` (`PUT _snapshot/NAME/SNAPSHOT`), in a volume of its own',
};
