import type { Readable } from 'node:stream';
import { createGunzip, createInflate, createInflateRaw, type Gunzip, type Inflate, type InflateRaw } from 'node:zlib';
import type { WriteKeyKind } from '../../domain/keys/speaker.js';
import { Problem } from '../problem.js';
import { scanJson, textWithout } from './scan-json.js';

/** What a body may hold. Segment's own limit is 500 kB, imports are larger. */
export interface BodyLimits {
  /** Bytes as they come over the wire. */
  readonly packed: number;
  /** Bytes that it unpacks to. */
  readonly unpacked: number;
  /** Members, items and brackets: a byte of JSON can be fifty in memory. */
  readonly values: number;
}

/** With a key in the header: a server key is secret, a browser key is everybody's. */
export const bodyLimits: Readonly<Record<WriteKeyKind, BodyLimits>> = {
  server: { packed: 8 * 1024 * 1024, unpacked: 16 * 1024 * 1024, values: 500_000 },
  browser: { packed: 1024 * 1024, unpacked: 1024 * 1024, values: 100_000 },
};
/** With the key in the body, which is read before it is known. Browsers and apps put their events so, 500 kB of them at most. */
export const openBodyLimits: BodyLimits = { packed: 512 * 1024, unpacked: 512 * 1024, values: 100_000 };

/** How slowly a body may come, in real milliseconds and bytes: 50 kB a second, and five seconds on top. */
const graceMs = 5_000;
const leastBytesPerMs = 50;
const lookEveryMs = 500;

/** An event may be nested 64 levels deep, in a list in an object. What is deeper than this is cut off before anything is built of it. */
const mostLevels = 80;

export type Encoding = 'plain' | 'gzip' | 'deflate';

/** How a body is packed. Throws a `Problem`: 415 for what is not read here. */
export function encodingOf(header: string | undefined): Encoding {
  const name = header?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return 'plain';
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  if (name === 'deflate') return 'deflate';
  throw new Problem(
    415,
    'unsupported-encoding',
    'The Content-Encoding of the body is not supported: send it as gzip or deflate, or without one.',
  );
}

/**
 * The bytes of a body, unpacked while they come and counted on both sides, so that no more is ever held than the limits say. Throws a
 * `Problem`: 413 for too much, 400 for what does not unpack, 408 for what comes too slowly, and what `signal` was aborted with. Reads
 * nothing more from then on.
 */
export function readBody(body: Readable, encoding: Encoding, limits: BodyLimits, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => new Reading(body, encoding, limits, signal, { resolve, reject }).start());
}

interface Settling {
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (problem: Error) => void;
}

/** One body on its way in. The request's stream is never destroyed, because the answer goes out over the same connection. */
class Reading {
  readonly #startedAt = performance.now();
  readonly #chunks: Buffer[] = [];
  #unpacker: Unpacker | null = null;
  #packedBytes = 0;
  #unpackedBytes = 0;
  #looking: NodeJS.Timeout | null = null;
  readonly #onAbort = (): void => this.#refuse(this.signal.reason);
  readonly #onLost = (): void => this.#refuse(new Problem(400, 'body-cut-off', 'The body ended before it was complete. Send it again.'));
  readonly #onData = (chunk: Buffer): void => this.#takePacked(chunk);
  readonly #onEnd = (): void => this.#end();

  constructor(
    private readonly body: Readable,
    private readonly encoding: Encoding,
    private readonly limits: BodyLimits,
    private readonly signal: AbortSignal,
    private readonly settling: Settling,
  ) {}

  start(): void {
    this.#looking = setInterval(() => this.#look(), lookEveryMs);
    this.body.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onLost).on('close', this.#onLost);
    this.signal.addEventListener('abort', this.#onAbort);
    if (this.signal.aborted) this.#onAbort();
  }

  #takePacked(chunk: Buffer): void {
    this.#packedBytes += chunk.length;
    if (this.#packedBytes > this.limits.packed) this.#refuse(tooLarge(`has more than ${this.limits.packed} bytes`));
    else if (this.encoding === 'plain') this.#take(chunk);
    else {
      this.#unpacker ??= this.#openUnpacker(this.encoding, chunk[0] ?? 0);
      if (!this.#unpacker.write(chunk)) this.body.pause();
    }
  }

  #openUnpacker(encoding: 'gzip' | 'deflate', first: number): Unpacker {
    return unpackerFor(encoding, first)
      .on('data', (chunk: Buffer) => this.#take(chunk))
      .on('end', () => this.#finish())
      .on('error', () => this.#refuse(notPacked()))
      .on('drain', () => this.body.resume());
  }

  #take(chunk: Buffer): void {
    this.#unpackedBytes += chunk.length;
    if (this.#unpackedBytes <= this.limits.unpacked) this.#chunks.push(chunk);
    else this.#refuse(tooLarge(`${this.encoding === 'plain' ? 'has' : 'unpacks to'} more than ${this.limits.unpacked} bytes`));
  }

  #end(): void {
    this.body.off('close', this.#onLost);
    if (this.encoding === 'plain') this.#finish();
    else if (this.#unpacker === null) this.#refuse(notPacked());
    else this.#unpacker.end();
  }

  #look(): void {
    if (performance.now() - this.#startedAt > graceMs + this.#packedBytes / leastBytesPerMs)
      this.#refuse(new Problem(408, 'body-too-slow', 'The body came too slowly, and nothing of it was stored. Send it again.'));
  }

  #finish(): void {
    this.#letGo();
    this.settling.resolve(Buffer.concat(this.#chunks));
  }

  /** What still comes is read and dropped; the door closes the connection of a body that does not end. */
  #refuse(problem: unknown): void {
    this.#letGo();
    this.#chunks.length = 0;
    this.#unpacker?.destroy();
    this.body.on('error', () => undefined).resume();
    this.settling.reject(problem instanceof Error ? problem : new Error('The body could not be read.'));
  }

  #letGo(): void {
    if (this.#looking !== null) clearInterval(this.#looking);
    this.signal.removeEventListener('abort', this.#onAbort);
    this.body.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onLost).off('close', this.#onLost);
    this.#unpacker?.removeAllListeners('data').removeAllListeners('end').removeAllListeners('drain');
  }
}

type Unpacker = Gunzip | Inflate | InflateRaw;

function tooLarge(what: string): Problem {
  return new Problem(413, 'body-too-large', `The body ${what}: send it in smaller parts.`);
}

/** The name `deflate` means zlib's format, but some clients send the bare stream: its first byte cannot be zlib's. */
function unpackerFor(encoding: 'gzip' | 'deflate', first: number): Unpacker {
  if (encoding === 'gzip') return createGunzip();
  return (first & 0x0f) === 8 ? createInflate() : createInflateRaw();
}

function notPacked(): Problem {
  return new Problem(
    400,
    'invalid-encoding',
    'The body cannot be unpacked by its Content-Encoding. Send what the header says, or leave the header out.',
  );
}

/** The body's text as far as parsing may see it, and the write key in it. Throws a `Problem`, 413, where parsing would build too much. */
export function readText(bytes: Buffer, limits: BodyLimits): { readonly text: string; readonly writeKey: string | null } {
  const { writeKey, values, tooDeep } = scanJson(bytes, mostLevels);
  if (values > limits.values)
    throw new Problem(413, 'too-many-values', `The body has more than ${limits.values} members and items: send it in smaller parts.`);
  return { text: textWithout(bytes, tooDeep), writeKey: writeKey === '' ? null : writeKey };
}
