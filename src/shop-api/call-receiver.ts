import { lookup as resolve } from 'node:dns';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { CallReceiver } from '../app/ports.js';
import { type CallOutcome, largestAnswer, outcomeOf, tryMs } from '../domain/calls/call.js';
import { isRecord } from '../domain/values/is-record.js';
import { isPublicAddress, networksOf } from './public-address.js';

class Refused extends Error {
  override readonly name = 'Refused';
  constructor(readonly code: string) {
    super(code);
  }
}

/**
 * Calls receivers by HTTP. Every address that a name stands for must be on the internet, or in one of these networks; the connection goes
 * to an address that was checked. A redirect is not followed: it is an answer like another, and no success.
 */
export function createCallReceiver({ networks }: { readonly networks: readonly string[] }): CallReceiver {
  const isAllowed = networksOf(networks);
  const mayCall = (address: string): boolean => isPublicAddress(address) || isAllowed(address);
  return async ({ url, headers, body }) => {
    const target = new URL(url);
    const host = target.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !mayCall(host)) return { kind: 'refused', code: 'private-address' };
    try {
      return await post(target, { headers, body, lookup: checkedLookup(mayCall) });
    } catch (cause) {
      return failureOf(cause);
    }
  };
}

/** Resolves a name and refuses it where one of its addresses may not be called: a name for both is made to deceive. */
function checkedLookup(mayCall: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => mayCall(address)))
        return callback(new Refused('private-address'), '', 0);
      if (options.all === true) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

interface Posted {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly lookup: LookupFunction;
}

function post(target: URL, { headers, body, lookup }: Posted): Promise<CallOutcome> {
  return new Promise((done, fail) => {
    const signal = AbortSignal.timeout(tryMs);
    const send = target.protocol === 'http:' ? requestHttp : requestHttps;
    const length = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
    const request: ClientRequest = send(target, { method: 'POST', headers: { ...headers, ...length }, lookup, signal, agent: false });
    request.on('error', fail);
    request.on('response', (response) => {
      readAtMost(response, largestAnswer).then((text) => done(answerOf(response.statusCode ?? 0, text)), fail);
    });
    request.end(body);
  });
}

/** Null: there is more of it. */
async function readAtMost(response: IncomingMessage, most: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > most) {
      response.destroy();
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** An answer that is too long, or no object of JSON, tells nothing; its status counts. */
function answerOf(status: number, text: string | null): CallOutcome {
  return outcomeOf(status, text === null ? {} : objectOf(text));
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function failureOf(cause: unknown): CallOutcome {
  if (cause instanceof Refused) return { kind: 'refused', code: cause.code };
  if (!(cause instanceof Error)) return { kind: 'failed', code: 'unreachable' };
  if (cause.name === 'AbortError' || cause.name === 'TimeoutError') return { kind: 'failed', code: 'timeout' };
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-') : 'unreachable';
  return { kind: 'failed', code: code.slice(0, 40) };
}
