import type { SqliteApplication } from '../live-data.js';

/** An application whose image is called like it, and which keeps `<name>.db` in its folder for settings. */
function starr(name: string, title: string): SqliteApplication {
  return { title, images: [name], files: [`/config/${name}.db`] };
}

/** Films, music and books, and what fetches them. */
export const MEDIA: readonly SqliteApplication[] = [
  {
    title: 'Jellyfin',
    images: ['linuxserver/jellyfin'],
    files: ['/config/data/data/jellyfin.db'],
    only_sqlite: true,
  },
  { title: 'Jellyfin', images: ['jellyfin'], files: ['/config/data/jellyfin.db'], only_sqlite: true },
  {
    title: 'Plex',
    images: ['plexinc/pms-docker', 'linuxserver/plex'],
    files: [
      '/config/Library/Application Support/Plex Media Server/Plug-in Support/Databases/com.plexapp.plugins.library.db',
    ],
    only_sqlite: true,
  },
  starr('sonarr', 'Sonarr'),
  starr('radarr', 'Radarr'),
  starr('prowlarr', 'Prowlarr'),
  starr('lidarr', 'Lidarr'),
  starr('readarr', 'Readarr'),
  { title: 'Bazarr', images: ['bazarr'], files: ['/config/db/bazarr.db'] },
  { title: 'Jellyseerr', images: ['jellyseerr'], files: ['/app/config/db/db.sqlite3'] },
  { title: 'Overseerr', images: ['sctx/overseerr'], files: ['/app/config/db/db.sqlite3'], only_sqlite: true },
  { title: 'Tautulli', images: ['tautulli'], files: ['/config/tautulli.db'], only_sqlite: true },
  { title: 'Navidrome', images: ['deluan/navidrome'], files: ['/data/navidrome.db'], only_sqlite: true },
  {
    title: 'Audiobookshelf',
    images: ['advplyr/audiobookshelf'],
    files: ['/config/absdatabase.sqlite'],
    only_sqlite: true,
  },
  { title: 'Komga', images: ['gotson/komga'], files: ['/config/database.sqlite'], only_sqlite: true },
  { title: 'Kavita', images: ['kavita'], files: ['/kavita/config/kavita.db'], only_sqlite: true },
  { title: 'Calibre-Web', images: ['linuxserver/calibre-web'], files: ['/config/app.db'], only_sqlite: true },
];
