import { createCipheriv, createHash, randomBytes } from 'node:crypto';

/** restic's key of a repository, as `restic cat masterkey` prints it. */
interface MasterKey {
  readonly mac: { readonly k: string; readonly r: string };
  readonly encrypt: string;
}

/** A file of a repository: its name is the SHA-256 of its content. */
export interface LockFile {
  readonly id: string;
  readonly content: Buffer;
}

/** What restic would write for this lock, under another id each time (restic's design document, "Keys, Encryption and MAC"). */
export function lockFile(masterKey: string, lock: Readonly<Record<string, unknown>>): LockFile {
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
