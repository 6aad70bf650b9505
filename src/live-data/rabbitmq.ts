import type { LiveData } from './live-data.js';

export const rabbitmq: LiveData = {
  name: 'rabbitmq',
  title: 'RabbitMQ',
  images: ['rabbitmq'],
  paths: ['/var/lib/rabbitmq', '/bitnami/rabbitmq'],
  own_paths: ['/var/lib/rabbitmq', '/bitnami/rabbitmq'],
  clients: ['rabbitmqadmin', 'rabbitmqctl', 'rabbitmq-diagnostics'],
  servers: ['rabbitmq-server'],
  engine: null,
  own_way:
    '`rabbitmqctl export_definitions FILE` for queues and users; messages are safe only in a node that is stopped',
};
