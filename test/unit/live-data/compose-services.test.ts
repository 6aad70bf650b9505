import { expect, test } from '@jest/globals';
import { liveData } from '../../../src/plan/live-copy.js';
import { contractsOf } from '../../support/project.js';

/**
 * Services as people's Compose files have them: image, then each mount; `=` is the database that it holds. `+` is a variable
 * of the environment, `>` a word of the command.
 */
const SERVICES = `
postgres:16-alpine /var/lib/postgresql/data=postgresql /docker-entrypoint-initdb.d
postgres:18 /var/lib/postgresql=postgresql
docker.io/library/postgres@sha256:3d9bd3fddf463b0d1d457769278e41b1a086e404f96c823c689a2fe4f6b4c8d2 /var/lib/postgresql/data=postgresql
registry.example.org:5000/mirror/postgres:15.4 /var/lib/postgresql/data=postgresql
ghcr.io/immich-app/postgres:14-vectorchord0.3.0 /var/lib/postgresql/data=postgresql
bitnami/postgresql:16 /bitnami/postgresql=postgresql
bitnami/postgresql:16 /bitnami/postgresql/data=postgresql /bitnami/postgresql/conf
timescale/timescaledb:latest-pg16 /var/lib/postgresql/data=postgresql
timescale/timescaledb-ha:pg16 /home/postgres/pgdata/data=postgresql
postgis/postgis:16-3.4 /var/lib/postgresql/data=postgresql
pgvector/pgvector:pg16 /var/lib/postgresql/data=postgresql
tensorchord/pgvecto-rs:pg14-v0.2.0 /var/lib/postgresql/data=postgresql
postgres:15 +PGDATA=/pg/data /pg=postgresql
postgres:15 /var/lib/postgresql/data=postgresql >postgres >-c >shared_buffers=256MB
postgres:15 /var/lib/postgresql/data=postgresql >-c >max_connections=200
postgres:15 /backups >sh >-c >"pg_dump >-h >db >app >/backups/app.sql"
postgres:15 /var/lib/postgresql/data >pg_basebackup >-h >primary
postgres:15 +PGHOST=db.example.org /var/lib/postgresql/data /dumps
postgres:15 /scripts /dumps >sleep >infinity
postgres:15 /etc/postgresql /var/lib/postgresql/data/backups
postgres:15 /backup >crond >-f
prodrigestivill/postgres-backup-local:16 /backups
prometheuscommunity/postgres-exporter /etc/postgres_exporter
dpage/pgadmin4:8 +PGADMIN_DEFAULT_PASSWORD=x /var/lib/pgadmin=sqlite
adminer:4 /var/www/html/plugins-enabled
sosedoff/pgweb /root/.pgweb/bookmarks
edoburu/pgbouncer /etc/pgbouncer
mariadb:11 /var/lib/mysql=mariadb /etc/mysql/conf.d
lscr.io/linuxserver/mariadb:latest /config=mariadb
bitnami/mariadb:11 /bitnami/mariadb=mariadb
mysql:8.4 /var/lib/mysql=mysql
mysql:8 /var/lib/mysql=mysql >--character-set-server=utf8mb4 >--collation-server=utf8mb4_unicode_ci
mysql:8 /backups >mysqldump >-h >db
percona:8 /var/lib/mysql=mysql
percona/percona-server-mongodb:7 /data/db=mongodb
phpmyadmin/phpmyadmin /etc/phpmyadmin/config.user.inc.php
prom/mysqld-exporter /etc/my.cnf
databack/mysql-backup /db /scripts.d
fradelg/mysql-cron-backup /backup
mongo:7 /data/db=mongodb /data/configdb
bitnami/mongodb:7 /bitnami/mongodb=mongodb
mongo-express:1 /etc/mongo
percona/mongodb_exporter /etc/mongo
redis:7-alpine /data=redis >redis-server >--appendonly >yes
valkey/valkey:8 /data=redis
docker.io/bitnami/valkey:8 /bitnami/valkey/data=redis
redis:7 /usr/local/etc/redis
redis/redisinsight:2 /data
rediscommander/redis-commander /config
oliver006/redis_exporter /certs
influxdb:2.7 /var/lib/influxdb2=influxdb /etc/influxdb2
influxdb:1.8 /var/lib/influxdb=influxdb
clickhouse/clickhouse-server:24 /var/lib/clickhouse=clickhouse /var/log/clickhouse-server
docker.elastic.co/elasticsearch/elasticsearch:8.12.0 /usr/share/elasticsearch/data=elasticsearch
opensearchproject/opensearch:2 /usr/share/opensearch/data=opensearch
opensearchproject/opensearch-dashboards:2 /usr/share/opensearch-dashboards/config
docker.elastic.co/kibana/kibana:8.12.0 /usr/share/kibana/data
neo4j:5 /data=neo4j /logs /plugins
quay.io/coreos/etcd:v3.5.12 /etcd-data=etcd
bitnami/etcd:3.5 /bitnami/etcd=etcd
rabbitmq:3-management /var/lib/rabbitmq=rabbitmq /etc/rabbitmq/conf.d
kbudde/rabbitmq-exporter /conf
prom/prometheus:v2.51.0 /prometheus=prometheus /etc/prometheus
prom/alertmanager /alertmanager
prom/node-exporter /host
gcr.io/cadvisor/cadvisor /rootfs
victoriametrics/victoria-metrics:v1.117.1 /victoria-metrics-data=victoria-metrics
victoriametrics/victoria-metrics:v1.99.0 /storage=victoria-metrics >--storageDataPath=/storage
grafana/grafana-oss:11 /var/lib/grafana=sqlite /etc/grafana/provisioning
grafana/grafana:11 +GF_DATABASE_TYPE=postgres +GF_DATABASE_HOST=db:5432 /var/lib/grafana
grafana/grafana:11 /var/lib/grafana/plugins
grafana/grafana:11 /var/lib/grafana=sqlite /prometheus=prometheus
grafana/loki:3 /loki
grafana/tempo:2 /var/tempo
vaultwarden/server:1.33 /data=sqlite
ghcr.io/dani-garcia/vaultwarden:latest /data=sqlite
vaultwarden/server:1.33 +DATABASE_URL=postgresql://vw@db/vw /data
vaultwarden/server:1.33 +DATABASE_URL=/data/db.sqlite3 /data=sqlite /data/attachments
jellyfin/jellyfin:10.10 /config=sqlite /cache /media
lscr.io/linuxserver/jellyfin:latest +PUID=1000 +PGID=1000 /config=sqlite /data/tvshows
ghcr.io/home-assistant/home-assistant:stable /config=sqlite
gitea/gitea:1.22 +USER_UID=1000 /data=sqlite
gitea/gitea:1.22-rootless /var/lib/gitea=sqlite /etc/gitea
gitea/gitea:1.22 +GITEA__database__DB_TYPE=mysql /data
codeberg.org/forgejo/forgejo:10 +FORGEJO__database__DB_TYPE=postgres /data
codeberg.org/forgejo/forgejo:10 +FORGEJO__database__DB_TYPE=sqlite3 /data=sqlite
code.forgejo.org/forgejo/runner:6 /data
louislam/uptime-kuma:1 /app/data=sqlite
louislam/uptime-kuma:2 +UPTIME_KUMA_DB_TYPE=mariadb /app/data
lscr.io/linuxserver/sonarr:latest /config=sqlite /tv /downloads
lscr.io/linuxserver/radarr:latest /config=sqlite /movies
lscr.io/linuxserver/prowlarr:latest /config=sqlite
lscr.io/linuxserver/radarr:latest +RADARR__POSTGRES__HOST=db /config
lscr.io/linuxserver/bazarr:latest /config=sqlite
lscr.io/linuxserver/sabnzbd:latest /config /downloads
lscr.io/linuxserver/qbittorrent:latest /config /downloads
lscr.io/linuxserver/plex:latest /config=sqlite /movies
fallenbagel/jellyseerr:latest /app/config=sqlite
ghcr.io/advplyr/audiobookshelf:latest /config=sqlite /metadata /audiobooks
deluan/navidrome:latest /data=sqlite /music
jc21/nginx-proxy-manager:2 /data=sqlite /etc/letsencrypt
jc21/nginx-proxy-manager:2 +DB_MYSQL_HOST=db +DB_MYSQL_NAME=npm /data /etc/letsencrypt
n8nio/n8n +DB_TYPE=postgresdb +DB_POSTGRESDB_HOST=db /home/node/.n8n
n8nio/n8n /home/node/.n8n=sqlite
ghcr.io/paperless-ngx/paperless-ngx:2.14 +PAPERLESS_DBHOST=db /usr/src/paperless/data /usr/src/paperless/media
ghcr.io/paperless-ngx/paperless-ngx:2.14 /usr/src/paperless/data=sqlite /usr/src/paperless/media
ghcr.io/mealie-recipes/mealie:v2 +DB_ENGINE=postgres +POSTGRES_SERVER=db /app/data
vikunja/vikunja +VIKUNJA_DATABASE_TYPE=mysql /app/vikunja/files
pihole/pihole:2024.07.0 /etc/pihole=sqlite /etc/dnsmasq.d
nextcloud:29-apache +MYSQL_HOST=db /var/www/html
nextcloud:29-apache +POSTGRES_HOST=db /var/www/html
wordpress:6 +WORDPRESS_DB_HOST=db /var/www/html
ghcr.io/immich-app/immich-server:v1.126 +DB_HOSTNAME=db /usr/src/app/upload /etc/localtime
traefik:v3 /letsencrypt /var/run/docker.sock
nginx:1.27 /etc/nginx/conf.d /usr/share/nginx/html
caddy:2 /data /config
eclipse-mosquitto:2 /mosquitto/data /mosquitto/config
koenkk/zigbee2mqtt /app/data
ghcr.io/esphome/esphome /config
nodered/node-red /data
portainer/portainer-ce:2 /data
minio/minio /data
syncthing/syncthing /var/syncthing
registry:2 /var/lib/registry
jenkins/jenkins:lts /var/jenkins_home
gitlab/gitlab-ce:17.0.0-ce.0 /etc/gitlab /var/log/gitlab /var/opt/gitlab
dokuwiki/dokuwiki:2025-05-14b /storage
matrixdotorg/synapse:v1.120 /data
offen/docker-volume-backup:v2 /backup /archive
restic/rest-server /data
adguard/adguardhome /opt/adguardhome/work /opt/adguardhome/conf
containrrr/watchtower /var/run/docker.sock
filebrowser/filebrowser /srv
ghcr.io/gethomepage/homepage /app/config
linuxserver/wireguard +PGID=1000 /config
docker.io/valkey/valkey:8-bookworm /data=redis
memcached:1.6 /data
gotenberg/gotenberg:8 /tmp
apache/tika:latest /config
collabora/code /etc/coolwsd
mailserver/docker-mailserver:14 /var/mail /var/mail-state
`
  .trim()
  .split('\n');

interface Mount {
  readonly target: string;
  readonly holds: string;
}

function contractOf(line: string) {
  const [image = '', ...rest] = line.split(' ');
  const marked = (mark: string) => rest.filter((word) => word.startsWith(mark)).map((word) => word.slice(1));
  const mounts = rest
    .filter((word) => word.startsWith('/'))
    .map((word): Mount => {
      const [target = '', holds = ''] = word.split('=');
      return { target, holds };
    });
  const volumes = mounts.map(({ target }, index) => ({ name: `v${index}`, target }));
  const [contract] = contractsOf(
    JSON.stringify({
      service_id: 'app',
      services: [{ name: 'app', image, volumes, environment: marked('+'), command: marked('>') }],
      mounts: { persistent_volumes: mounts.map(({ target: path }, index) => ({ name: `v${index}`, path })) },
      runtime_templates: { docker: 'docker.yml.j2' },
    }),
  );
  if (contract === undefined) throw new Error(line);
  return { contract, mounts };
}

/** `image target`, with what is said of it. */
function told(): { of: string; said: string; holds: string }[] {
  return SERVICES.flatMap((line) => {
    const { contract, mounts } = contractOf(line);
    return contract.persistent_volumes.map((volume, index) => ({
      of: `${line.split(' ')[0] ?? ''} ${volume.path}`,
      said: liveData(contract, volume)?.database.name ?? '',
      holds: mounts[index]?.holds ?? '',
    }));
  });
}

test('each of the services is told of what it holds, and no other', () => {
  const all = told();
  expect(SERVICES.length).toBeGreaterThan(130);
  expect(all.filter(({ said, holds }) => said !== holds)).toEqual([]);
});
