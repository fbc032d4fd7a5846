import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';
import { Problem } from '../problem.js';

/** Bytes of a body as it comes over the wire, and of what it unpacks to. Segment's own limit is 500 KiB, imports are larger. */
export const maxBodyBytes = 8 * 1024 * 1024;
export const maxUnpackedBytes = 16 * 1024 * 1024;

const options = { maxOutputLength: maxUnpackedBytes };
const unpackers: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer>>> = {
  gzip: (bytes) => promisify(gunzip)(bytes, options),
  'x-gzip': (bytes) => promisify(gunzip)(bytes, options),
  // The name means zlib's format, but some clients send the bare stream: its first byte cannot be zlib's.
  deflate: (bytes) => promisify(((bytes[0] ?? 0) & 0x0f) === 8 ? inflate : inflateRaw)(bytes, options),
};

/**
 * What this JSON text says, without what no text column takes: NUL and halves of surrogate pairs become U+FFFD. Undefined: it is no JSON.
 */
export function readJson(text: string): unknown {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    return JSON.parse(mayBeRefused.test(plain) ? plain.replace(escapes, mend) : plain);
  } catch {
    return undefined;
  }
}

const mayBeRefused = /\\u(?:0000|d[89a-f])/i;
/** A whole surrogate pair, any other character by its number, or a short escape: in this order, so that no half of a pair is taken for itself. */
const escapes = /\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|u[0-9a-f]{4}|.)/gi;

function mend(escape: string): string {
  return escape.length === 6 && /^\\u(?:0000|d[89a-f])/i.test(escape) ? '\uFFFD' : escape;
}

/** The text of a body, unpacked. Throws a `Problem`: 413 for what unpacks to too much, 400 for what does not unpack, 415 for another encoding. */
export async function readText(body: Buffer, encoding: string | undefined): Promise<string> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '') return body.toString('utf8');
  const unpack = unpackers[name];
  if (unpack === undefined) throw new Problem(415, 'unsupported-encoding', 'The body must be plain, gzip or deflate.');
  try {
    return (await unpack(body)).toString('utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw new Problem(413, 'body-too-large', `The body unpacks to more than ${maxUnpackedBytes} bytes.`);
    throw new Problem(400, 'invalid-encoding', `The body is not what its encoding, ${name}, says.`);
  }
}
