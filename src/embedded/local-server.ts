import Fastify, { type FastifyInstance } from 'fastify';

/** Where the local servers listen, unless they serve other processes of the same trial: they trust everyone who reaches them. */
const loopback = '127.0.0.1';

/** Where a local server is found. */
export interface LocalPlace {
  /** The address on which it listens; loopback when absent. */
  readonly host?: string | undefined;
  /** The name by which other processes of the trial know it. */
  readonly knownAs?: string | undefined;
}

/** The address to listen on. */
export function listensOn({ host }: LocalPlace): string {
  return host ?? loopback;
}

/**
 * A small HTTP server for this machine. A page of another site can neither reach it through a name of its own (DNS rebinding) nor post a
 * form to it. Bodies of any type arrive as text; `json` reads them.
 */
export function createLocalServer({ knownAs }: LocalPlace): FastifyInstance {
  const server = Fastify({ logger: false, bodyLimit: 8 * 1024 * 1024, forceCloseConnections: true });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  server.addHook('onRequest', async (request, reply) => {
    const { origin, host } = request.headers;
    const name = request.hostname.replace(/:\d+$/, '');
    const isForeign = (!loopbackNames.has(name) && name !== knownAs) || (origin !== undefined && origin !== `http://${host}`);
    if (isForeign) await reply.code(403).send('Only for this machine.');
  });
  return server;
}

const loopbackNames: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]', '::1', 'host.docker.internal']);

/** Starts listening; answers with the address, without a slash at the end. */
export async function listen(server: FastifyInstance, port: number, place: LocalPlace): Promise<string> {
  return server.listen({ host: listensOn(place), port });
}

/** The JSON of a request body; undefined when it is empty or not JSON. */
export function json(body: unknown): unknown {
  if (typeof body !== 'string' || body.trim() === '') return undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** True for `share` of the calls. */
export function happens(share: number): boolean {
  return share > 0 && Math.random() < share;
}

export function sleep(ms: number): Promise<void> {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A page without script; `body` is HTML. */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head><body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`;
}

/** For our own pages: no script at all, and nothing from elsewhere. */
export const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'";

const style = `
:root{color-scheme:light dark;--line:#8884;--soft:#8882}
body{font:15px/1.5 system-ui,sans-serif;margin:0}
input,button{font:inherit;padding:.35rem .6rem;border:1px solid var(--line);border-radius:6px;background:transparent;color:inherit}
button{background:var(--soft);cursor:pointer}
form{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center;margin:0 0 1rem}
main{max-width:72rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.3rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
td{overflow-wrap:anywhere}
td.one-line{white-space:nowrap;overflow-wrap:normal}
tr:hover td{background:var(--soft)}
pre{white-space:pre-wrap;background:var(--soft);padding:1rem}
iframe{width:100%;height:58rem;border:1px solid var(--line);background:#fff}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}
dt{opacity:.7}dd{margin:0}
.in{font-style:italic}
.muted{opacity:.7}`;
