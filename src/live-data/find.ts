import type { ContainerHint, Environment } from '../model/contract.js';
import { isImageOf, isToolImage } from './image.js';
import type { LiveData, SqliteApplication } from './live-data.js';
import { namesAnotherDatabase } from './other-database.js';
import { holds, isInside } from './path.js';
import { LIVE_DATA, SQLITE_APPLICATIONS } from './registry.js';
import { sqlite } from './sqlite/sqlite.js';

/** A folder of a container. */
export interface Mounted {
  readonly container: ContainerHint;
  /** As the container sees it. */
  readonly folder: string;
  /** Everything that is mounted into the container. */
  readonly mounts: readonly string[];
  /** Its own and the service's. */
  readonly environment: Environment;
  /** The images of all containers of the service. */
  readonly images: readonly string[];
}

/** What is known to lie in a folder. */
export interface Found {
  readonly database: LiveData;
  /** The application whose database it is; null for a server of its own. */
  readonly application: string | null;
  /** The file of SQLite, where it can be only one. */
  readonly file: string | null;
}

/** What lies in a folder, where image and path agree on it, or the path alone leaves no doubt. */
export function findInFolder(mounted: Mounted): Found | null {
  const { image } = mounted.container;
  if (image === null) return findByPath(mounted.folder);
  const database = LIVE_DATA.find(({ images }) => isImageOf(image, images));
  if (database !== undefined) return liesIn(database, mounted) ? server(database) : null;
  const application = SQLITE_APPLICATIONS.find(({ images }) => isImageOf(image, images));
  if (application !== undefined) return ofApplication(application, mounted);
  return isToolImage(image) ? null : findByPath(mounted.folder);
}

/** What nothing else than one database has at that path. */
export function findByPath(folder: string): Found | null {
  const known = LIVE_DATA.find(({ own_paths: paths }) => paths.some((path) => isInside(folder, path)));
  return known === undefined ? null : server(known);
}

/** The database that somebody calls by that word. */
export function findByWord(word: string): Found | null {
  const known = LIVE_DATA.find(({ name, aliases = [] }) => name === word || aliases.includes(word));
  return known === undefined ? null : server(known);
}

/** A file of SQLite that somebody names. */
export function inFile(file: string): Found {
  return { database: sqlite, application: null, file };
}

function server(database: LiveData): Found {
  return { database, application: null, file: null };
}

/** Whether a container runs a server, and keeps its data in the folder. */
function liesIn(database: LiveData, { container, folder, mounts, environment }: Mounted): boolean {
  if (isClient(database, container.command, environment)) return false;
  const named = environment.get(database.path_variable ?? '');
  const paths = named?.startsWith('/') === true ? [named, ...database.paths] : database.paths;
  return paths.some((path) => isInside(folder, path) || holds(folder, path, mounts));
}

/** Programs that a container is given to do so that it waits to be used. */
const IDLE = ['sleep', 'tail', 'cron', 'crond', 'true', 'supercronic'];

/** Whether a server's image is used for a program that asks another server. */
function isClient(
  { clients, servers, client_variables: variables = [] }: LiveData,
  command: readonly string[],
  environment: Environment,
): boolean {
  const elsewhere = variables.some((name) => /^(?!\/|localhost$|127\.)./.test(environment.get(name) ?? ''));
  if (elsewhere) return true;
  const words = command.map((word) => word.replace(/["';()]/g, '').replace(/^.*\//, ''));
  if (words.some((word) => servers.includes(word))) return false;
  const isOther = [...clients, ...IDLE];
  return words.some((word) => isOther.includes(word) || /backup/i.test(word.replace(/^-.*/, '')));
}

const SERVERS = LIVE_DATA.filter(({ name }) => ['postgresql', 'mariadb', 'mysql'].includes(name));

function ofApplication(
  { title, files, only_sqlite: isAlways }: SqliteApplication,
  { folder, mounts, environment, images }: Mounted,
): Found | null {
  const here = files.filter((file) => holds(folder, file, mounts));
  if (here.length === 0) return findByPath(folder);
  const hasOther =
    namesAnotherDatabase(environment) ||
    images.some((image) => SERVERS.some((known) => isImageOf(image, known.images)));
  if (isAlways !== true && hasOther) return null;
  return { database: sqlite, application: title, file: here.length === 1 ? (here[0] ?? null) : null };
}
