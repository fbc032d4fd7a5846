import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { customerPages, pageAt } from '../pages/index.js';
import { pageFailure } from '../pages/kit/failure.js';
import { openTo } from './access.js';
import { keepAudit } from './auditing.js';
import { completeSchema } from './complete-schema.js';
import type { ApiDeps } from './deps.js';
import { openApi } from './openapi.js';
import { patience, timeLimits } from './patience.js';
import { problemHandler } from './problem.js';
import { answerRoutes } from './routes/answers.js';
import { apiKeyRoutes } from './routes/api-keys.js';
import { auditRoutes } from './routes/audit.js';
import { backupRoutes } from './routes/backups.js';
import { breakerRoutes } from './routes/breakers.js';
import { broadcastRoutes } from './routes/broadcasts.js';
import { callRoutes } from './routes/calls.js';
import { capRoutes } from './routes/caps.js';
import { consentRoutes } from './routes/consents.js';
import { controlRoutes } from './routes/controls.js';
import { deadLetterRoutes } from './routes/dead-letters.js';
import { definitionRoutes } from './routes/definitions.js';
import { engagementRoutes } from './routes/engagement.js';
import { entryRoutes } from './routes/entries.js';
import { eventContractRoutes } from './routes/event-contracts.js';
import { eventRoutes } from './routes/events.js';
import { experimentRoutes } from './routes/experiments.js';
import { fieldRoutes } from './routes/fields.js';
import { healthRoutes } from './routes/health.js';
import { holdRoutes } from './routes/holds.js';
import { importRoutes } from './routes/imports.js';
import { inboundMessageRoutes } from './routes/inbound-messages.js';
import { journeyRoutes } from './routes/journeys.js';
import { keyActRoutes } from './routes/key-acts.js';
import { mergeRoutes } from './routes/merges.js';
import { messageRoutes } from './routes/messages.js';
import { offerRoutes } from './routes/offers.js';
import { policyRoutes } from './routes/policies.js';
import { productRoutes } from './routes/products.js';
import { profileSearchRoutes } from './routes/profile-searches.js';
import { profileRoutes } from './routes/profiles.js';
import { recommendationRoutes } from './routes/recommendations.js';
import { replayRoutes } from './routes/replays.js';
import { secretRoutes } from './routes/secrets.js';
import { segmentPlaceRoutes } from './routes/segments.js';
import { sendCheckRoutes } from './routes/send-checks.js';
import { shopRoutes } from './routes/shop.js';
import { shopifyRoutes } from './routes/shopify.js';
import { supportRoutes } from './routes/support.js';
import { suppressionRoutes } from './routes/suppressions.js';
import { suspectIdRoutes } from './routes/suspect-ids.js';
import { taskRoutes } from './routes/tasks.js';
import { templateRoutes } from './routes/templates.js';
import { userTokenRoutes } from './routes/user-tokens.js';
import { writeKeyRoutes } from './routes/write-keys.js';
import { holdToRules, type Listener, notThere } from './routing.js';
import { validator } from './validator.js';

/** Health and metrics alone, for a process without the role `api`: the person on call sees its workers and its poke loop too. */
export function buildHealthServer(
  deps: Pick<ApiDeps, 'app' | 'version' | 'registry' | 'parts' | 'notices'>,
  listener: Listener = internal,
): FastifyInstance {
  const server = fastify({ logger: false, genReqId: () => deps.app.newId(), ...timeLimits(patience) });
  server.setSerializerCompiler(serializerCompiler);
  server.setErrorHandler(problemHandler(deps.app.log));
  server.setNotFoundHandler(notThere(server, listener));
  holdToRules(server, deps.app, listener);
  void server.register(helmet, securityHeaders);
  void server.register(healthRoutes(deps, listener));
  return server;
}

const internal: Listener = { kind: 'internal' };

/**
 * The HTTP door: health, the API under /v1, pages for customers, and whatever `deps.plugins` brings (Segment, Twilio); the public one has
 * less of it (`Listener`). It listens to nothing yet; `inject` works at once.
 */
export function buildServer(deps: ApiDeps, listener: Listener = internal): FastifyInstance {
  const fail = problemHandler(deps.app.log);
  const failPage = pageFailure(deps.app, pageAt);
  const server = fastify({
    logger: false,
    genReqId: () => deps.app.newId(),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 256 },
    ...timeLimits(patience),
    trustProxy: deps.trustedProxies === undefined ? false : [...deps.trustedProxies],
    // Of what comes to no route: a path that cannot be read, or is too long.
    frameworkErrors: (error, request, reply) => void (pageAt(request.url) === null ? fail : failPage)(error, request, reply),
  });
  server.setValidatorCompiler(validator);
  server.setSerializerCompiler(serializerCompiler);
  server.setErrorHandler(fail);
  server.setNotFoundHandler(notThere(server, listener));
  holdToRules(server, deps.app, listener);
  keepAudit(server, deps.app, deps.audit);

  void server.register(helmet, securityHeaders);
  void server.register(swagger, openApi(deps.version));
  for (const plugin of deps.plugins) void server.register(plugin);
  void server.register(healthRoutes(deps, listener));
  void server.register(async (pages) => {
    pages.setErrorHandler(failPage);
    pages.addHook('onRoute', (route) => {
      route.schema = { ...route.schema, hide: true };
    });
    for (const page of customerPages) await pages.register(page.routes(deps.app));
  });
  void server.register(
    async (api) => {
      api.addHook('onRoute', completeSchema);
      for (const routes of apiRoutes) await api.register(routes(deps));
    },
    { prefix: '/v1' },
  );
  server.get('/openapi.json', { config: openTo({ kind: 'open', internal: true }, 'openapi.show'), schema: { hide: true } }, async () =>
    server.swagger(),
  );
  return server;
}

const apiRoutes = [
  shopRoutes,
  journeyRoutes,
  replayRoutes,
  policyRoutes,
  definitionRoutes,
  answerRoutes,
  fieldRoutes,
  segmentPlaceRoutes,
  experimentRoutes,
  offerRoutes,
  productRoutes,
  importRoutes,
  eventContractRoutes,
  shopifyRoutes,
  recommendationRoutes,
  controlRoutes,
  breakerRoutes,
  entryRoutes,
  taskRoutes,
  callRoutes,
  holdRoutes,
  supportRoutes,
  profileRoutes,
  profileSearchRoutes,
  consentRoutes,
  suppressionRoutes,
  inboundMessageRoutes,
  engagementRoutes,
  capRoutes,
  messageRoutes,
  sendCheckRoutes,
  broadcastRoutes,
  eventRoutes,
  deadLetterRoutes,
  writeKeyRoutes,
  keyActRoutes,
  userTokenRoutes,
  mergeRoutes,
  suspectIdRoutes,
  secretRoutes,
  apiKeyRoutes,
  auditRoutes,
  templateRoutes,
  backupRoutes,
];

/** Pages bring their own policy for styles; what is not a page may load nothing. Links hold tokens, so no referrer leaves. */
const securityHeaders = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
  },
  // Shops call the Segment paths from their own pages.
  crossOriginResourcePolicy: { policy: 'cross-origin' },
  referrerPolicy: { policy: 'no-referrer' },
} as const;
