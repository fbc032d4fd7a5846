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
