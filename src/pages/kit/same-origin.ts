import type { FastifyRequest } from 'fastify';

/**
 * Was this form sent from a page that is not ours? Browsers say where a form comes from: in `Sec-Fetch-Site`, older ones in `Origin`; what
 * is no browser says neither. `null` is what a page says that hides where it is.
 */
export function isFromElsewhere(request: Pick<FastifyRequest, 'headers'>, publicUrl: string): boolean {
  const site = request.headers['sec-fetch-site'];
  if (typeof site === 'string') return site !== 'same-origin' && site !== 'none';
  const { origin } = request.headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).origin !== new URL(publicUrl).origin;
}
