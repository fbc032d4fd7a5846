import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasKeyShape } from '../../domain/keys/key-shape.js';
import type { WriteKey } from '../../domain/keys/speaker.js';
import { shareOf } from '../caller-share.js';
import { Problem } from '../problem.js';
import { type Place, type PlaceLimits, Places, placeLimits, porchLimits } from './places.js';
import { bodyLimits, encodingOf, openBodyLimits, readBody, readText } from './read-body.js';

/** How much may be under way at once: with a known key, and before it is known. */
export interface DoorLimits {
  readonly known: PlaceLimits;
  readonly porch: PlaceLimits;
}

export const doorLimits: DoorLimits = { known: placeLimits, porch: porchLimits };

/** A body whose key was found, with its place, which the route gives back. */
export interface TakenBody {
  readonly text: string;
  readonly key: WriteKey;
  /** The key as it was offered, so that it is not kept with the body. */
  readonly secret: string;
  readonly leave: () => void;
}

interface OfferedKey {
  readonly key: WriteKey;
  readonly secret: string;
}

/** A request between its headers and its body. */
interface Entering {
  /** Null: none in the header, so the body has to bring it. */
  readonly offered: OfferedKey | null;
  readonly place: Place;
  readonly givingWay: AbortController;
}

/** So long a connection stays open for the rest of a body that was refused, real time: a client that is still sending hears the answer. */
const refusedBodyMs = 5_000;

/**
 * Lets bodies in. With a known key in the header a request takes a place, shared by key and address, before its body is read and unpacked.
 * Without one the body must be small and plain; it waits on the porch, where stalled bodies give way, and nothing of it is parsed before
 * its key is found.
 */
export class Doorway {
  readonly #findKey: (secret: string) => Promise<WriteKey | null>;
  readonly #places: Places;
  readonly #porch: Places;
  readonly #entering = new WeakMap<FastifyRequest, Entering>();

  constructor(findKey: (secret: string) => Promise<WriteKey | null>, limits: DoorLimits) {
    this.#findKey = findKey;
    this.#places = new Places(limits.known);
    this.#porch = new Places(limits.porch);
  }

  /** By the headers alone, before any of the body is read. Throws a `Problem`. */
  async enter(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    endLateBody(request, reply);
    const encoding = encodingOf(request.headers['content-encoding']);
    const offered = await this.#keyInHeader(request);
    if (offered === null && encoding !== 'plain') throw noKey('A packed body needs its write key in the header');
    const announced = Number(request.headers['content-length'] ?? Number.NaN);
    if (offered === null && announced > openBodyLimits.packed)
      throw noKey(`A body of more than ${openBodyLimits.packed} bytes needs its write key in the header`);
    const givingWay = new AbortController();
    const claim = { key: offered?.key.id ?? '', address: shareOf(request.ip), bytes: weightOf(announced, encoding !== 'plain') };
    const place = (offered === null ? this.#porch : this.#places).take(claim, () => givingWay.abort(tooMuch()));
    if (place === null) throw tooMuch();
    this.#entering.set(request, { offered, place, givingWay });
    // A body that never comes to its end gives its place back.
    reply.raw.once('close', place.abandon);
    // What it says counts for nothing, and what is no media type would be refused.
    request.raw.headers['content-type'] = 'application/json';
  }

  /** The body of a request that was let in, and whose it is. Throws a `Problem`; then the place is given back. */
  async readBody(request: FastifyRequest, payload: Readable): Promise<TakenBody> {
    const entering = this.#entering.get(request);
    if (entering === undefined) throw new Error('A body is read of a request that was not let in.');
    const { offered, place, givingWay } = entering;
    const limits = offered === null ? openBodyLimits : bodyLimits[offered.key.kind];
    try {
      const bytes = await readBody(payload, encodingOf(request.headers['content-encoding']), limits, givingWay.signal);
      place.settle();
      const { text, writeKey } = readText(bytes, limits);
      if (offered !== null) return { text, ...offered, leave: place.leave };
      return { text, ...(await this.#leavePorch(request, place, writeKey, bytes.length)) };
    } catch (error) {
      place.leave();
      throw error;
    }
  }

  /** The key in the header, if it is one of ours by its looks. Throws a `Problem`, 401: it is none that is in use. */
  async #keyInHeader({ headers }: FastifyRequest): Promise<OfferedKey | null> {
    const secret = basicUser(headers.authorization);
    if (secret === null || !hasKeyShape('write', secret)) return null;
    const key = await this.#findKey(secret);
    if (key === null) throw unknownKey();
    return { key, secret };
  }

  async #leavePorch(request: FastifyRequest, porch: Place, secret: string | null, bytes: number): Promise<Omit<TakenBody, 'text'>> {
    if (secret === null) throw noKey('A write key is needed');
    const key = await this.#findKey(secret);
    if (key === null) throw unknownKey();
    porch.leave();
    const place = this.#places.take({ key: key.id, address: shareOf(request.ip), bytes }, () => undefined);
    if (place === null) throw tooMuch();
    place.settle();
    return { key, secret, leave: place.leave };
  }
}

/** A client that is refused before its body has come may send the rest for a while; then its connection ends. */
function endLateBody(request: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once('finish', () => {
    if (request.raw.complete) return;
    setTimeout(() => {
      if (!request.raw.complete) request.raw.destroy();
    }, refusedBodyMs).unref();
  });
}

function noKey(what: string): Problem {
  return new Problem(
    401,
    'no-write-key',
    `${what}: as the user name of Basic authentication, or, in a plain and small body, as \`writeKey\`.`,
  );
}

function unknownKey(): Problem {
  return new Problem(
    401,
    'unknown-write-key',
    'This write key is not known, or it was revoked. sojourn write-key list shows the keys that work.',
  );
}

function tooMuch(): Problem {
  return new Problem(429, 'too-much-at-once', 'More events are coming in than can be stored right now. Send these again later.', {
    retryAfterS: 1 + Math.floor(Math.random() * 5),
  });
}

/** What a body of unknown length is counted as. */
const unknownLength = 256 * 1024;

/** Bytes that a body will hold in memory, as far as its headers tell. JSON packs about ten to one. */
function weightOf(announced: number, isPacked: boolean): number {
  if (!Number.isFinite(announced)) return unknownLength;
  return isPacked ? Math.max(announced, Math.min(10 * announced, bodyLimits.server.unpacked)) : announced;
}

/** The user name of Basic authentication. */
function basicUser(header: string | undefined): string | null {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]{1,512})$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const [user = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return user === '' ? null : user;
}
