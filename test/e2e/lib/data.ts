import type { Machine } from './machine.js';

/**
 * A folder with everything that a backup can lose: owners, modes, times to the nanosecond, links of both kinds,
 * holes, an extended attribute, an access list, and names that break careless scripts. `$1` is the folder.
 */
const MAKE = String.raw`
mkdir -p -- "$1"; cd -- "$1"
printf 'plain\n' > plain
head -c 3000000 /dev/urandom > big
: > empty
truncate -s 8M sparse; printf 'end' >> sparse; printf 'middle' | dd of=sparse bs=1 seek=4000000 conv=notrunc status=none
printf 'name' > 'with two  spaces'
printf 'name' > "$(printf 'new\nline')"
printf 'name' > ./-dash
printf 'name' > 'quote'\''s "and" $dollar %percent \backslash :colon *star ?'
printf 'name' > 'Übergrößenträger 漢字'
printf 'name' > "$(printf 'latin1-\344')"
printf 'name' > .hidden
mkdir -p 'deep/er/folder with space' nothing-inside
printf 'deep' > 'deep/er/folder with space/file'
ln plain hard-link
ln -s plain link; ln -s /nowhere/at/all dangling; ln -s deep link-to-folder
mkfifo pipe
setfattr -n user.origin -v 'where it came from' plain
setfacl -m u:nobody:r empty
chown 1234:2345 plain; chmod 0600 big; chown -h 999:998 dangling
chmod 4755 deep/er; chmod 0000 .hidden; chmod 1777 nothing-inside; chown 70:70 nothing-inside
touch -h -d '2001-02-03 04:05:06.789012345 UTC' link
touch -d '1999-12-31 23:59:59.987654321 UTC' plain 'deep/er/folder with space/file'
touch -d '2010-10-10 10:10:10.101010101 UTC' deep/er nothing-inside .
chmod 0750 .; chown 1234:2345 .
`;

/** NUL-ended records of three kinds, in base64 because names are bytes. `$1` is the folder. */
const LIST = String.raw`
cd -- "$1"
{
  find . -printf 'node\t%y\t%m\t%U:%G\t%T@\t%s\t%b\t%n\t%i\t%l\t%P\0'
  find . -type f -printf '%P\0' | xargs -0 -r sha256sum -z -- | sed -z 's/^/hash\t/'
  find . -not -type l -printf './%P\0' | xargs -0 -r -n 1 sh -c '
    attributes=$(getfattr --no-dereference --dump --match=- --encoding=hex -- "$0" | sed 1d | sort)
    if [ -n "$attributes" ]; then printf "attr\t%s\t%s\0" "$attributes" "$0"; fi'
} | base64 -w 0
`;

const BLOCK_BYTES = 512;

/** What is compared of one file, folder, link or pipe. */
interface Node {
  type: string;
  mode: string;
  owner: string;
  modified: string;
  /** Bytes; of folders, whose size is the file system's own affair, empty. */
  size: string;
  linkTarget: string;
  content: string;
  attributes: string;
  /** Every name of the file, when it has several. */
  hardLinks: string;
  /** Bytes that it takes on disk. */
  allocated: number;
}

/** What a folder held when it was looked at: by path below it (one character a byte). */
export type Manifest = ReadonlyMap<string, Readonly<Node>>;

/** Makes the data set below `folder`. */
export async function makeData(machine: Machine, folder: string): Promise<void> {
  await machine.run(['sh', '-euc', MAKE, 'sh', folder]);
}

/** Looks at everything below `folder`, and at the folder itself. */
export async function manifest(machine: Machine, folder: string): Promise<Manifest> {
  const listing = await machine.run(['sh', '-euc', LIST, 'sh', folder]);
  const nodes = new Map<string, Node>();
  const inodes = new Map<string, string[]>();
  const records = Buffer.from(listing.stdout, 'base64').toString('latin1').split('\0').slice(0, -1);
  for (const record of records) {
    const [kind, ...fields] = record.split('\t');
    if (kind === 'node') readNode(fields, nodes, inodes);
    if (kind === 'hash') readHash(fields.join('\t'), nodes);
    if (kind === 'attr') readAttributes(fields, nodes);
  }
  for (const names of inodes.values()) {
    for (const name of names) nodeAt(nodes, name).hardLinks = [...names].sort().join(' = ');
  }
  return nodes;
}

/** Everything in which two looks differ, one line each; empty when nothing was lost. Holes must stay holes. */
export function differences(before: Manifest, after: Manifest): string[] {
  const lines: string[] = [];
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [was, is] = [before.get(name), after.get(name)];
    if (was === undefined) lines.push(`${shown(name)}: appeared`);
    else if (is === undefined) lines.push(`${shown(name)}: lost`);
    else lines.push(...nodeDifferences(was, is).map((difference) => `${shown(name)}: ${difference}`));
  }
  return lines;
}

/** The same for several volumes, by name: each line begins with the volume's. */
export async function volumeDifferences(
  machine: Machine,
  places: Readonly<Record<string, string>>,
  before: ReadonlyMap<string, Manifest>,
): Promise<string[]> {
  const lines: string[] = [];
  for (const [volume, place] of Object.entries(places)) {
    const found = differences(before.get(volume) ?? new Map(), await manifest(machine, place));
    lines.push(...found.map((line) => `${volume}: ${line}`));
  }
  return lines;
}

function nodeDifferences(was: Node, is: Node): string[] {
  const lines: string[] = [];
  for (const key of Object.keys(was) as (keyof Node)[]) {
    if (key !== 'allocated' && was[key] !== is[key])
      lines.push(`${key} was ${shown(was[key])}, is ${shown(is[key])}`);
  }
  const half = Number(was.size) / 2;
  if (was.allocated < half && is.allocated >= half) lines.push(`was sparse, takes ${is.allocated} bytes now`);
  return lines;
}

function readNode(fields: readonly string[], nodes: Map<string, Node>, inodes: Map<string, string[]>): void {
  const [type = '', mode = '', owner = '', modified = '', size = '', blocks, links, inode = '', ...rest] =
    fields;
  const [linkTarget = '', name = ''] = rest;
  nodes.set(name, {
    ...{ type, mode, owner, modified, linkTarget, content: '', attributes: '', hardLinks: '' },
    size: type === 'd' ? '' : size,
    allocated: type === 'f' ? Number(blocks) * BLOCK_BYTES : 0,
  });
  if (type !== 'd' && Number(links) > 1) inodes.set(inode, [...(inodes.get(inode) ?? []), name]);
}

function readHash(field: string, nodes: Map<string, Node>): void {
  const [hash = ''] = field.split(' ', 1);
  nodeAt(nodes, field.slice(hash.length + 2)).content = hash;
}

function readAttributes(fields: readonly string[], nodes: Map<string, Node>): void {
  const [attributes = '', name = ''] = fields;
  nodeAt(nodes, name.slice('./'.length)).attributes = attributes.replaceAll('\n', ' ');
}

function nodeAt(nodes: Map<string, Node>, name: string): Node {
  const node = nodes.get(name);
  if (node === undefined) throw new Error(`the listing describes ${shown(name)} without its node`);
  return node;
}

function shown(value: string | number): string {
  return JSON.stringify(value);
}
