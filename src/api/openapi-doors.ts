type Json = Readonly<Record<string, unknown>>;

const ofProblem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
const refusal = (description: string) => ({ description, content: ofProblem });
const text = (type: string, description: string) => ({ description, content: { [type]: { schema: { type: 'string' } } } });
const json = (schema: Json) => ({ 'application/json': { schema } });

const committed = {
  description: 'It is committed.',
  content: json({ type: 'object', properties: { success: { const: true } }, required: ['success'], additionalProperties: false }),
};

/** What the document calls a schema is closed under /v1; an event is what its client makes of it. */
const event: Json = {
  type: 'object',
  description: 'In the form of Segment’s HTTP API: docs/events.md. Unknown properties are kept with the event.',
  properties: {
    messageId: { type: 'string', description: 'A second event with the same id changes nothing.' },
    userId: { type: 'string', description: 'The shop’s own id of the person.' },
    anonymousId: { type: 'string', description: 'The id of a browser.' },
    timestamp: { type: 'string', format: 'date-time' },
    event: { type: 'string', description: 'Of a track call: its name.' },
    properties: { type: 'object', additionalProperties: true },
    traits: { type: 'object', additionalProperties: true },
    context: { type: 'object', additionalProperties: true },
    writeKey: { type: 'string', description: 'The write key, if it is not the user name of Basic.' },
  },
  additionalProperties: true,
};
const batch: Json = {
  type: 'object',
  properties: {
    batch: {
      type: 'array',
      maxItems: 5000,
      items: {
        allOf: [{ $ref: '#/components/schemas/ShopEvent' }],
        description: 'With `type`: track, identify, page, screen, group or alias.',
      },
    },
    sentAt: { type: 'string', format: 'date-time' },
    writeKey: { type: 'string', description: 'The write key, if it is not the user name of Basic.' },
  },
  required: ['batch'],
  additionalProperties: true,
};

const byWriteKey = [{ writeKey: [] }];
const one = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;
const many = ['batch', 'import'] as const;

function eventPath(verb: string, isMany: boolean): Json {
  return {
    post: {
      operationId: `${verb}Events`,
      tags: ['events of clients'],
      summary: isMany ? `Events of the shop as a list (${verb})` : `An event of the shop: ${verb}`,
      description: 'On the public listener. 200 means committed. JSON, uncompressed, gzip or deflate, with any content type.',
      security: byWriteKey,
      requestBody: { required: true, content: json({ $ref: `#/components/schemas/${isMany ? 'ShopEvents' : 'ShopEvent'}` }) },
      responses: {
        200: committed,
        400: refusal('It cannot be read; it is kept as a dead letter.'),
        401: refusal('Without a write key, or with one that is not known.'),
        413: refusal('Too large, or too many events.'),
        429: refusal('Too much at once: again after `Retry-After` seconds.'),
      },
    },
  };
}

const webhooks: Readonly<Record<string, Json>> = {
  '/webhooks/twilio/status': {
    post: {
      operationId: 'takeTwilioStatus',
      tags: ['webhooks'],
      summary: 'The status of a text; Twilio signs address and body',
      security: [{ twilio: [] }],
      parameters: [
        { name: 'message', in: 'query', required: true, schema: { type: 'string' }, description: 'The message that it is about.' },
      ],
      requestBody: {
        required: true,
        content: { 'application/x-www-form-urlencoded': { schema: { type: 'object', additionalProperties: true } } },
      },
      responses: {
        204: { description: 'Accepted.' },
        403: { description: 'Not signed by Twilio.' },
        404: { description: 'There is no such message.' },
      },
    },
  },
  '/webhooks/twilio/inbound': {
    post: {
      operationId: 'takeTwilioText',
      tags: ['webhooks'],
      summary: 'An inbound text; Twilio signs address and body',
      security: [{ twilio: [] }],
      requestBody: {
        required: true,
        content: { 'application/x-www-form-urlencoded': { schema: { type: 'object', additionalProperties: true } } },
      },
      responses: { 200: text('text/xml', 'TwiML: what to answer.'), 403: { description: 'Not signed by Twilio.' } },
    },
  },
  '/v1/shopify/{account}/webhooks': {
    post: {
      operationId: 'takeShopifyWebhook',
      tags: ['webhooks'],
      summary: 'A webhook of Shopify, with any topic; Shopify signs the body',
      security: [{ shopify: [] }],
      parameters: [
        {
          name: 'account',
          in: 'path',
          required: true,
          schema: { type: 'string' },
          description: 'As SHOPIFY_SHOP says: beans.myshopify.com.',
        },
      ],
      requestBody: { required: true, content: json({ type: 'object', additionalProperties: true }) },
      responses: {
        200: { ...committed, description: 'It is committed, also where it could not be read: then it is a dead letter.' },
        401: refusal('Not signed by one of the secrets of this shop.'),
      },
    },
  },
  '/webhooks/email/inbound': {
    post: {
      operationId: 'takeMail',
      tags: ['webhooks'],
      summary: 'A returned mail, unchanged (RFC 5322)',
      security: [{ apiKey: [] }, { mailToken: [] }],
      parameters: [
        {
          name: 'recipient',
          in: 'query',
          required: false,
          schema: { type: 'array', items: { type: 'string' } },
          description: 'The recipient of the envelope; may be repeated.',
        },
      ],
      requestBody: { required: true, content: { 'message/rfc822': { schema: { type: 'string' } } } },
      responses: {
        200: { description: 'Accepted, or already known.' },
        400: refusal('There is no mail in the body.'),
        401: refusal('Without a token, or with one that is not known.'),
        503: { description: 'Not now: send it again.' },
      },
    },
  },
};

const rest: Readonly<Record<string, Json>> = {
  '/v1/projects/{key}/settings': {
    get: {
      operationId: 'configureEventClient',
      tags: ['events of clients'],
      summary: 'The settings that Segment’s browser client loads before it sends anything',
      security: [],
      parameters: [{ name: 'key', in: 'path', required: true, schema: { type: 'string' }, description: 'A write key.' }],
      responses: {
        200: { description: 'Its settings.', content: json({ type: 'object', additionalProperties: true }) },
        404: refusal('There is no project with this write key. sojourn write-key list shows the keys that work.'),
      },
    },
  },
  '/metrics': {
    get: {
      operationId: 'showMetrics',
      tags: ['health'],
      summary: 'Metrics for Prometheus',
      security: [],
      responses: { 200: text('text/plain', 'In the text format of Prometheus.'), '4XX': refusal('The public listener has none.') },
    },
  },
};

/** Paths whose bodies are read by themselves: events of clients, webhooks, metrics. Their schemas are for readers alone. */
export const doorPaths: Readonly<Record<string, Json>> = {
  ...Object.fromEntries([
    ...one.map((verb) => [`/v1/${verb}`, eventPath(verb, false)]),
    ...many.map((verb) => [`/v1/${verb}`, eventPath(verb, true)]),
  ]),
  ...webhooks,
  ...rest,
};

export const doorSchemas: Readonly<Record<string, Json>> = { ShopEvent: event, ShopEvents: batch };

export const securitySchemes = {
  apiKey: { type: 'http' as const, scheme: 'bearer', description: 'An API key, `sj_api_…`.' },
  writeKey: { type: 'http' as const, scheme: 'basic', description: 'A write key as the user name, `sj_wk_…`; no password.' },
  mailToken: { type: 'http' as const, scheme: 'bearer', description: 'The token of EMAIL_WEBHOOK_TOKEN.' },
  shopify: { type: 'apiKey' as const, in: 'header' as const, name: 'X-Shopify-Hmac-Sha256', description: 'Shopify’s signature.' },
  twilio: { type: 'apiKey' as const, in: 'header' as const, name: 'X-Twilio-Signature', description: 'Twilio’s signature.' },
};
