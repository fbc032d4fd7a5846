import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { isRecord } from '../values/is-record.js';
import { readWithAny, type Secrets, signingKey } from './secrets.js';

/** A value that is encrypted where it is kept. It is a JSON object, so that it can stand wherever the value stood. */
export interface Sealed {
  /** `v1.<mark of the key>.<nonce, text and tag as base64url>` */
  readonly $sealed: string;
}

const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM under the key that signs, with a nonce of its own. `name`: of the field; a value that is put under another name does not
 * open.
 */
export function seal(secrets: Secrets, name: string, value: unknown): Sealed {
  const key = keyBytes(signingKey(secrets, 'special-answers'));
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
  const text = Buffer.concat([cipher.update(JSON.stringify(value ?? null), 'utf8'), cipher.final()]);
  return { $sealed: `v1.${sealMark(secrets)}.${Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64url')}` };
}

/** Tells under which key a value is sealed, without telling the key: 8 hex digits. */
export function sealMark(secrets: Secrets): string {
  return createHash('sha256')
    .update(`mark\n${signingKey(secrets, 'special-answers')}`)
    .digest('hex')
    .slice(0, 8);
}

/** The value, by any of the secrets; undefined: none of them opens it. */
export function open(secrets: Secrets, name: string, { $sealed }: Sealed): unknown {
  const [version, , body] = $sealed.split('.');
  if (version !== 'v1' || body === undefined) return undefined;
  const bytes = Buffer.from(body, 'base64url');
  if (bytes.length < nonceBytes + tagBytes) return undefined;
  return readWithAny(secrets, 'special-answers', (key) => opened(keyBytes(key), name, bytes))?.value;
}

function opened(key: Buffer, name: string, bytes: Buffer): { readonly value: unknown } | null {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(name))
    .setAuthTag(bytes.subarray(-tagBytes));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    return { value: JSON.parse(text.toString('utf8')) };
  } catch {
    return null;
  }
}

/** A secret from before keys were derived may have any length. */
function keyBytes(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

export function isSealed(value: unknown): value is Sealed {
  return isRecord(value) && typeof value['$sealed'] === 'string' && Object.keys(value).length === 1;
}
