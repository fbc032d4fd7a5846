import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, type DocumentNode, GraphQLError, type GraphQLSchema, graphql, parse, validate } from 'graphql';
import type { AdminTime } from '../../src/shop-api/shopify/admin-client.js';
import { apiVersion } from '../../src/sources/shopify/subscriptions.js';
import { actualCost, requestedCost } from './shopify-admin-cost.js';
import { adminSchemaText } from './shopify-admin-schema.js';

type Fields = Record<string, unknown>;

export const adminToken = 'shpat_of_a_test';
const grantedToken = 'granted-for-a-day';

const schema: GraphQLSchema = buildSchema(adminSchemaText);

/** Real time that passes only when somebody waits: buckets fill, and nobody sleeps. */
export class HandTime implements AdminTime {
  waited = 0;
  constructor(private at: number = Date.parse('2026-11-30T12:00:00Z')) {}
  readonly now = (): number => this.at;
  readonly pause = async (ms: number): Promise<void> => {
    this.at += ms;
    this.waited += ms;
  };
}

/** A discount at Shopify, and the codes that it has. */
interface Discount {
  readonly id: string;
  readonly codeDiscount: Fields;
  readonly codes: string[];
}

/** Codes that are being made. `looks`: how often it is not done yet. */
interface Creation {
  looks: number;
  readonly results: readonly { readonly code: string; readonly isMade: boolean }[];
}

/** What the shop has. */
export interface ShopAtShopify {
  orders: Fields[];
  checkouts: Fields[];
  refunds: Fields[];
  subscriptions: Fields[];
  discounts: Discount[];
  creations: Creation[];
  /** How often Shopify is not done with codes when it is asked. */
  looks: number;
  /** Every so many-th code is there already. */
  takenEach: number;
}

/** An answer that is given in place of the next one. `connection`: it is cut off. */
type Fault = 'connection' | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

/**
 * A small Admin API on loopback: GraphQL by a part of Shopify's schema, with its token, its pages, its bucket of points (Standard plan: 100
 * points a second) and its errors, of which some are answers of status 200.
 */
export async function openShopifyAdmin({ time = new HandTime(), bucket = 2000, restoreRate = 100, pageLimit = 250 } = {}) {
  const emptyShop = (): ShopAtShopify => ({
    orders: [],
    checkouts: [],
    refunds: [],
    subscriptions: [],
    discounts: [],
    creations: [],
    looks: 0,
    takenEach: 0,
  });
  const freshState = () => ({
    points: bucket,
    at: time.now(),
    asked: [] as string[],
    throttled: 0,
    faults: [] as Fault[],
    denied: new Set<string>(),
  });
  const shop = emptyShop();
  const state = freshState();
  let isTokenGood = true;

  const refill = (): void => {
    state.points = Math.min(bucket, state.points + ((time.now() - state.at) / 1000) * restoreRate);
    state.at = time.now();
  };
  const throttleStatus = () => ({ maximumAvailable: bucket, currentlyAvailable: Math.floor(state.points), restoreRate });

  async function answer(document: DocumentNode, query: string, variables: Fields): Promise<Fields> {
    const wrong = validate(schema, document);
    if (wrong.length > 0) return { errors: wrong.map(({ message }) => ({ message })) };
    const requested = requestedCost(schema, document, variables);
    refill();
    const cost = { requestedQueryCost: requested, actualQueryCost: null as number | null, throttleStatus: throttleStatus() };
    if (requested > 1000) return { errors: [refusal('MAX_COST_EXCEEDED')], extensions: { cost } };
    if (requested > state.points) {
      state.throttled += 1;
      return { errors: [refusal('THROTTLED')], extensions: { cost } };
    }
    const rootValue = resolversOf(shop, { denied: state.denied, pageLimit });
    const result = await graphql({ schema, source: query, rootValue, variableValues: variables });
    const actual = actualCost(result.data);
    state.points -= actual;
    return { ...result, extensions: { cost: { ...cost, actualQueryCost: actual, throttleStatus: throttleStatus() } } } as Fields;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const fault = state.faults.shift();
    if (fault === 'connection') return void request.socket.destroy();
    const say = (status: number, value: unknown, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof value === 'string' ? value : JSON.stringify(value));
    };
    if (fault !== undefined) return say(fault.status, fault.body ?? {}, fault.headers);
    if (request.url === '/admin/oauth/access_token') {
      const isRight = new URLSearchParams(body).get('client_secret') === 'the secret of the app';
      return isRight ? say(200, { access_token: grantedToken, expires_in: 86_399 }) : say(400, { error: 'application_cannot_be_found' });
    }
    if (request.url !== `/admin/api/${apiVersion}/graphql.json`) return say(404, { errors: 'Not Found' });
    const token = request.headers['x-shopify-access-token'];
    if (!isTokenGood || (token !== adminToken && token !== grantedToken)) {
      isTokenGood = true;
      return say(401, { errors: '[API] Invalid API key or access token' });
    }
    const { query, variables } = JSON.parse(body) as { query: string; variables: Fields };
    const document = parse(query);
    state.asked.push(/(?:query|mutation) (\w+)/.exec(query)?.[1] ?? '');
    say(200, await answer(document, query, variables));
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    time,
    shop,
    /** Names of the questions, in their order. */
    get asked(): readonly string[] {
      return state.asked;
    },
    get throttled(): number {
      return state.throttled;
    },
    /** Points that are left; another app of the shop may have used them. */
    drain: (points: number) => {
      refill();
      state.points = points;
    },
    failWith: (...faults: Fault[]) => void state.faults.push(...faults),
    deny: (...fields: string[]) => fields.forEach((field) => state.denied.add(field)),
    revokeToken: () => {
      isTokenGood = false;
    },
    begin: () => {
      Object.assign(shop, emptyShop());
      Object.assign(state, freshState());
    },
    close: () => new Promise<void>((done) => void server.close(() => done())),
  };
}

export type ShopifyAdmin = Awaited<ReturnType<typeof openShopifyAdmin>>;

function refusal(code: string): Fields {
  return { message: code, extensions: { code } };
}

interface Page {
  readonly first: number;
  readonly after?: string | null;
}

function resolversOf(shop: ShopAtShopify, { denied, pageLimit }: { denied: ReadonlySet<string>; pageLimit: number }) {
  const paged = (all: readonly unknown[], { first, after }: Page) => {
    const from = after === undefined || after === null ? 0 : Number(after);
    const to = from + Math.min(first, pageLimit);
    return { nodes: all.slice(from, to), pageInfo: { hasNextPage: to < all.length, endCursor: String(to) } };
  };
  const refuse = (field: string): void => {
    if (denied.has(field)) throw new GraphQLError(`Access denied for ${field} field.`, { extensions: { code: 'ACCESS_DENIED' } });
  };
  const changedSince = (all: readonly Fields[], query: string) => {
    const since = Date.parse(/updated_at:>='([^']+)'/.exec(query)?.[1] ?? '');
    return all.filter(({ updatedAt }) => Date.parse(String(updatedAt)) >= since);
  };
  const withPages = (thing: Fields, ...lists: string[]): Fields => ({
    ...thing,
    ...Object.fromEntries(lists.map((name) => [name, (page: Page) => paged((thing[name] ?? []) as unknown[], page)])),
  });
  const order = (one: Fields): Fields => ({
    ...withPages(one, 'lineItems'),
    email: () => {
      refuse('email');
      return one['email'];
    },
  });
  return {
    orders: ({ query, ...page }: Page & { query: string }) => {
      refuse('orders');
      const changed = changedSince(shop.orders, query).toSorted((a, b) => String(a['updatedAt']).localeCompare(String(b['updatedAt'])));
      return paged(changed.map(order), page);
    },
    order: ({ id }: { id: string }) => order(shop.orders.find((one) => one['id'] === id) ?? {}),
    refund: ({ id }: { id: string }) => withPages(shop.refunds.find((one) => one['id'] === id) ?? {}, 'refundLineItems', 'transactions'),
    abandonedCheckouts: ({ query, ...page }: Page & { query: string }) => {
      refuse('abandonedCheckouts');
      return paged(changedSince(shop.checkouts, query), page);
    },
    node: ({ id }: { id: string }) => {
      const found = shop.checkouts.find((one) => one['id'] === id);
      return found === undefined ? null : { ...withPages(found, 'lineItems'), __typename: 'AbandonedCheckout' };
    },
    ...discountResolvers(shop, paged),
    webhookSubscriptions: (page: Page) => paged(shop.subscriptions, page),
    webhookSubscriptionCreate: ({ topic, webhookSubscription }: { topic: string; webhookSubscription: Fields }) => {
      const { uri } = webhookSubscription;
      if (shop.subscriptions.some((one) => one['topic'] === topic && one['uri'] === uri))
        return userError('Address for this topic has already been taken');
      if (!String(uri).startsWith('https://')) return userError('Address protocol http:// is not supported');
      const made = {
        id: `gid://shopify/WebhookSubscription/${shop.subscriptions.length + 1}`,
        topic,
        filter: null,
        includeFields: [],
        ...webhookSubscription,
      };
      shop.subscriptions.push(made);
      return { webhookSubscription: made, userErrors: [] };
    },
  };
}

function discountResolvers(shop: ShopAtShopify, paged: (all: readonly unknown[], page: Page) => unknown) {
  const creationOf = (number: number, { looks, results }: Creation) => ({
    id: `gid://shopify/DiscountRedeemCodeBulkCreation/${number}`,
    done: looks <= 0,
    codesCount: results.length,
    failedCount: results.filter(({ isMade }) => !isMade).length,
    importedCount: results.filter(({ isMade }) => isMade).length,
    codes: (page: Page) =>
      paged(
        results.map(({ code, isMade }) => ({
          code,
          errors: isMade ? [] : [{ message: 'Code must be unique.', code: 'TAKEN' }],
          discountRedeemCode: isMade ? { id: `gid://shopify/DiscountRedeemCode/${code}`, code } : null,
        })),
        page,
      ),
  });
  return {
    codeDiscountNode: ({ id }: { id: string }) => shop.discounts.find((one) => one.id === id) ?? null,
    discountRedeemCodeBulkAdd: ({ discountId, codes }: { discountId: string; codes: readonly { code: string }[] }) => {
      const discount = shop.discounts.find((one) => one.id === discountId);
      if (discount === undefined || codes.length > 250) return { bulkCreation: null, userErrors: [{ message: 'Codes cannot be added.' }] };
      const results = codes.map(({ code }, place) => ({ code, isMade: shop.takenEach === 0 || (place + 1) % shop.takenEach !== 0 }));
      discount.codes.push(...results.flatMap(({ code, isMade }) => (isMade ? [code] : [])));
      const creation = { looks: shop.looks, results };
      shop.creations.push(creation);
      return { bulkCreation: creationOf(shop.creations.length, creation), userErrors: [] };
    },
    discountRedeemCodeBulkCreation: ({ id }: { id: string }) => {
      const number = Number(id.split('/').at(-1));
      const creation = shop.creations[number - 1];
      if (creation === undefined) return null;
      const answer = creationOf(number, creation);
      creation.looks -= 1;
      return answer;
    },
  };
}

function userError(message: string) {
  return { webhookSubscription: null, userErrors: [{ field: ['webhookSubscription', 'uri'], message }] };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
