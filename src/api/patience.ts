/** How long, in real milliseconds, a client may take of a connection, which is a socket and the memory of half a request. */
export interface Patience {
  readonly headersMs: number;
  /** For the whole request, 10 MB of mail or 8 MB of events among them: 1.4 Mbit/s. How long the answer takes is not in it. */
  readonly requestMs: number;
  /** Without a byte in either direction, also while we work: a copy of a large store takes minutes. Ends clients that do not read. */
  readonly silenceMs: number;
  /** Between two requests: longer than proxies keep a connection (60 s), so that none sends on one that we are closing. */
  readonly idleMs: number;
  /** How often headers and requests are looked at. */
  readonly lookEveryMs: number;
}

export const patience: Patience = { headersMs: 15_000, requestMs: 60_000, silenceMs: 300_000, idleMs: 72_000, lookEveryMs: 5_000 };

/** The same as Fastify and Node call it. By themselves they wait for ever for a body. */
export function timeLimits({ headersMs, requestMs, silenceMs, idleMs, lookEveryMs }: Patience) {
  return {
    requestTimeout: requestMs,
    connectionTimeout: silenceMs,
    keepAliveTimeout: idleMs,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: lookEveryMs },
  };
}
