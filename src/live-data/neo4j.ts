import type { LiveData } from './live-data.js';

export const neo4j: LiveData = {
  name: 'neo4j',
  title: 'Neo4j',
  images: ['neo4j'],
  paths: ['/data', '/var/lib/neo4j/data', '/bitnami/neo4j'],
  own_paths: ['/var/lib/neo4j/data', '/bitnami/neo4j'],
  clients: ['neo4j-admin', 'cypher-shell'],
  servers: ['neo4j'],
  engine: null,
  own_way:
    '`neo4j-admin database dump`, with the database stopped, or `neo4j-admin database backup` where the edition has it',
};
