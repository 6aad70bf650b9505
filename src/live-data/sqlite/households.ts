import type { SqliteApplication } from '../live-data.js';

/** Passwords, the house, notes and papers. */
export const HOUSEHOLDS: readonly SqliteApplication[] = [
  { title: 'Vaultwarden', images: ['vaultwarden/server', 'vaultwarden'], files: ['/data/db.sqlite3'] },
  {
    title: 'Home Assistant',
    images: ['home-assistant/home-assistant', 'homeassistant/home-assistant', 'linuxserver/homeassistant'],
    files: ['/config/home-assistant_v2.db'],
  },
  { title: 'Mealie', images: ['mealie-recipes/mealie', 'hkotel/mealie'], files: ['/app/data/mealie.db'] },
  { title: 'Vikunja', images: ['vikunja/vikunja'], files: ['/db/vikunja.db'] },
  { title: 'linkding', images: ['sissbruecker/linkding'], files: ['/etc/linkding/data/db.sqlite3'] },
  { title: 'Memos', images: ['neosmemo/memos', 'usememos/memos'], files: ['/var/opt/memos/memos_prod.db'] },
  {
    title: 'Actual',
    images: ['actualbudget/actual-server', 'actualbudget/actual'],
    files: ['/data/server-files/account.sqlite'],
  },
  { title: 'Paperless-ngx', images: ['paperless-ngx'], files: ['/usr/src/paperless/data/db.sqlite3'] },
  { title: 'Pi-hole', images: ['pihole/pihole'], files: ['/etc/pihole/gravity.db'], only_sqlite: true },
];
