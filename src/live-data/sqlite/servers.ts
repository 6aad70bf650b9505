import type { SqliteApplication } from '../live-data.js';

/** What watches, builds and connects. */
export const SERVERS: readonly SqliteApplication[] = [
  {
    title: 'Grafana',
    images: ['grafana', 'grafana-oss', 'grafana-enterprise'],
    files: ['/var/lib/grafana/grafana.db'],
  },
  {
    title: 'Gitea',
    images: ['gitea/gitea', 'gitea'],
    // The second one in the rootless image.
    files: ['/data/gitea/gitea.db', '/var/lib/gitea/data/gitea.db'],
  },
  {
    title: 'Forgejo',
    images: ['forgejo/forgejo', 'forgejo'],
    files: ['/data/gitea/gitea.db', '/var/lib/gitea/data/gitea.db'],
  },
  { title: 'Uptime Kuma', images: ['uptime-kuma'], files: ['/app/data/kuma.db'] },
  {
    title: 'Nginx Proxy Manager',
    images: ['jc21/nginx-proxy-manager'],
    files: ['/data/database.sqlite'],
  },
  { title: 'n8n', images: ['n8nio/n8n'], files: ['/home/node/.n8n/database.sqlite'] },
  { title: 'Woodpecker', images: ['woodpecker-server'], files: ['/var/lib/woodpecker/woodpecker.sqlite'] },
  { title: 'Headscale', images: ['headscale/headscale'], files: ['/var/lib/headscale/db.sqlite'] },
  { title: 'Gotify', images: ['gotify/server'], files: ['/app/data/gotify.db'] },
  { title: 'pgAdmin', images: ['pgadmin4'], files: ['/var/lib/pgadmin/pgadmin4.db'], only_sqlite: true },
];
