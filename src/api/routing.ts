import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { AppDeps } from '../app/deps.js';
import type { Scope } from '../domain/keys/scopes.js';
import type { Access, RouteRules } from './access.js';
import { requireScope } from './auth.js';
import { noSuchRoute, otherMethod } from './problem.js';

/**
 * Where a server listens. The internal one answers everything. The public one has what the world needs: events, pages, webhooks, a bare
 * health; of the API only what these scopes open.
 */
export type Listener = { readonly kind: 'internal' } | { readonly kind: 'public'; readonly scopes: readonly Scope[] };

/** A route as the table of docs/security.md shows it. */
export interface DescribedRoute extends RouteRules {
  readonly method: string;
  /** As Fastify writes it: `/v1/profiles/:id`. */
  readonly url: string;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** All routes of this server, in the order in which they were added. */
    describedRoutes: DescribedRoute[];
  }
}

/**
 * Makes every route of the server say what opens it, and holds each request to that. To be called before any route is added. What asks for
 * a key, a link or a signature of another kind checks that itself: it knows where in the request it stands.
 */
export function holdToRules(server: FastifyInstance, app: Pick<AppDeps, 'store' | 'clock'>, listener: Listener): void {
  server.decorate('describedRoutes', []);
  server.decorateRequest('apiKey', null);
  server.addHook('onRoute', (route) => {
    const rules = rulesOf(route);
    for (const method of [route.method].flat()) server.describedRoutes.push({ ...rules, method, url: route.url });
  });
  server.addHook('onRequest', async (request, reply) => {
    const { rules } = request.routeOptions.config;
    if (rules === undefined) return;
    if (!answers(listener, rules.access)) return noSuchRoute(request, reply, elsewhere);
    if (rules.access.kind === 'api-key') await requireScope(app, rules.access.scope, request, reply);
  });
}

/** Whether the listener has a route that is opened so. */
export function answers(listener: Listener, access: Access): boolean {
  if (listener.kind === 'internal') return true;
  switch (access.kind) {
    case 'open':
      return !access.internal;
    case 'api-key':
      return listener.scopes.includes(access.scope);
    case 'write-key':
    case 'link':
    case 'signature':
    case 'mail-token':
      return true;
  }
}

/** The answer where no route is: the methods that the path has, or that it is not there, and on the public listener where it may be. */
export function notThere(server: FastifyInstance, listener: Listener) {
  return (request: FastifyRequest, reply: FastifyReply) => {
    const methods = methodsAt(server, listener, request.url);
    if (methods.length > 0) return otherMethod(request, reply, methods);
    return noSuchRoute(request, reply, listener.kind === 'public' ? elsewhere : undefined);
  };
}

const elsewhere =
  'This is the public address: events, pages and webhooks. The API is at the internal one (SOJOURN_ADMIN_PORT), and here as far as SOJOURN_PUBLIC_SCOPES says.';

/** Methods with which something answers at a path. */
function methodsAt(server: FastifyInstance, listener: Listener, url: string): readonly string[] {
  const parts = (url.split('?', 1)[0]?.replace(/\/$/, '') ?? '').split('/');
  const found = server.describedRoutes.filter((route) => answers(listener, route.access) && isAt(route.url, parts));
  return [...new Set(found.map(({ method }) => method))].toSorted();
}

/** Part by part: a parameter takes any one part. */
function isAt(url: string, parts: readonly string[]): boolean {
  const wanted = url.split('/');
  return wanted.length === parts.length && wanted.every((part, at) => part === parts[at] || (part.startsWith(':') && parts[at] !== ''));
}

function rulesOf(route: RouteOptions): RouteRules {
  const rules = route.config?.rules;
  if (rules === undefined)
    throw new Error(
      `The route ${[route.method].flat().join('/')} ${route.url} does not say what opens it: give it a config of src/api/access.ts (keyed, byLink, openTo).`,
    );
  return rules;
}
