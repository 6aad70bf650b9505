import type { LiveData } from './live-data.js';

export const opensearch: LiveData = {
  name: 'opensearch',
  title: 'OpenSearch',
  images: ['opensearch'],
  paths: ['/usr/share/opensearch/data', '/bitnami/opensearch', '/var/lib/opensearch'],
  own_paths: ['/usr/share/opensearch/data', '/bitnami/opensearch', '/var/lib/opensearch'],
  clients: ['elasticdump'],
  servers: ['opensearch', 'opensearch-docker-entrypoint.sh'],
  engine: null,
  own_way:
    'a snapshot into a repository of type `fs` (`PUT _snapshot/NAME/SNAPSHOT`), in a volume of its own',
};
