import type { FastifyInstance } from 'fastify';

/** Sends a form to a page as a browser would from that page itself; `headers` says what else it tells. */
export function postForm(
  server: FastifyInstance,
  url: string,
  fields: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
) {
  return server.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  });
}
