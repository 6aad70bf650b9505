import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { resticOf } from './jobs.js';
import type { Machine } from './machine.js';

/** restic's key of a repository, as `restic cat masterkey` prints it. */
interface MasterKey {
  readonly mac: { readonly k: string; readonly r: string };
  readonly encrypt: string;
}

/** A file of a repository: its name is the SHA-256 of its content. */
interface LockFile {
  readonly id: string;
  readonly content: Buffer;
}

/** Ids of the locks in a repository in a folder of the machine, sorted. */
export async function locksIn(machine: Machine, folder: string): Promise<string[]> {
  const { stdout } = await machine.run(`ls ${folder}/locks | grep -E '^[0-9a-f]{64}$' || true`);
  return stdout.split('\n').filter(Boolean).sort();
}

/** What a lock of a repository says. */
export async function lockSays(
  machine: Machine,
  folder: string,
  id: string,
): Promise<Record<string, unknown>> {
  return JSON.parse(await resticOf(machine, folder, 'cat', 'lock', id)) as Record<string, unknown>;
}

/** Puts locks that say this into a folder, as files of their ids after a number; the names in order. */
export async function plantLocks(
  machine: Machine,
  repository: string,
  locks: readonly Readonly<Record<string, unknown>>[],
  into: string,
): Promise<void> {
  const key = await resticOf(machine, repository, 'cat', 'masterkey');
  const files = locks.map((lock) => lockFile(key, lock));
  await machine.run(
    `mkdir -p ${into}; n=100
    while read -r id content; do n=$((n + 1)); echo "$content" | base64 -d >${into}/$n-$id; done`,
    { input: files.map(({ id, content }) => `${id} ${content.toString('base64')}\n`).join('') },
  );
}

/** Makes a lock say that it was made two hours ago; its new id. */
export async function ageLock(machine: Machine, folder: string, id: string): Promise<string> {
  const time = new Date(Date.now() - 2 * 3_600_000).toISOString();
  const before = await locksIn(machine, folder);
  await machine.run('rm -rf /run/aged');
  await plantLocks(machine, folder, [{ ...(await lockSays(machine, folder, id)), time }], '/run/aged');
  await machine.run(
    `rm ${folder}/locks/${id}; for file in /run/aged/*; do mv "$file" "${folder}/locks/\${file##*-}"; done`,
  );
  const [aged = ''] = (await locksIn(machine, folder)).filter((each) => !before.includes(each));
  return aged;
}

/** What restic would write for this lock, under another id each time (restic's design document, "Keys, Encryption and MAC"). */
function lockFile(masterKey: string, lock: Readonly<Record<string, unknown>>): LockFile {
  const { mac, encrypt } = JSON.parse(masterKey) as MasterKey;
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-256-ctr', Buffer.from(encrypt, 'base64'), iv);
  const text = Buffer.concat([cipher.update(JSON.stringify(lock)), cipher.final()]);
  const tag = poly1305(Buffer.from(mac.k, 'base64'), Buffer.from(mac.r, 'base64'), iv, text);
  const content = Buffer.concat([iv, text, tag]);
  return { id: createHash('sha256').update(content).digest('hex'), content };
}

/** Poly1305-AES. Node.js has Poly1305 only together with ChaCha20. */
function poly1305(k: Buffer, r: Buffer, nonce: Buffer, message: Buffer): Buffer {
  const clamp = 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  const factor = littleEndian(r) & clamp;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = Buffer.concat([message.subarray(at, at + 16), Buffer.from([1])]);
    sum = ((sum + littleEndian(block)) * factor) % ((1n << 130n) - 5n);
  }
  const cipher = createCipheriv('aes-128-ecb', k, null).setAutoPadding(false);
  const tag = (sum + littleEndian(cipher.update(nonce))) & ((1n << 128n) - 1n);
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').reverse();
}

function littleEndian(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}
