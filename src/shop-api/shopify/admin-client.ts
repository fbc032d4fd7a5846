import { setTimeout as pauseFor } from 'node:timers/promises';
import type { AdminAnswer, AdminFailure, ShopAdmin } from '../../app/ports.js';
import { readAtMost } from '../read-at-most.js';
import { AccessToken, type AdminCredentials } from './access-token.js';
import { type AnswerReading, failed, type HttpAnswer, readAnswer } from './answer.js';
import { CostBucket, refillMs } from './cost-bucket.js';

export interface AdminSettings {
  readonly shop: string;
  /** Where the API is: `https://<shop>`, or another in tests. No slash at the end. */
  readonly url: string;
  readonly version: string;
  readonly credentials: AdminCredentials;
}

/** Real time, which tests move themselves. */
export interface AdminTime {
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<unknown>;
}

const realTime: AdminTime = { now: () => Date.now(), pause: (ms) => pauseFor(ms) };

const answerWithinMs = 20_000;
/** A page of 250 small things, or an order with some hundred lines, is far below. */
const largestAnswer = 8 * 1024 * 1024;
/** Attempts of one question that fail, and time that it waits for points, at most. */
const mostAttempts = 5;
const longestWaitMs = 120_000;
const firstPauseMs = 500;

/** Asks Shopify's Admin API (GraphQL), one question at a time: the points of a shop are shared anyway. */
export function createShopAdmin(settings: AdminSettings, time: AdminTime = realTime): ShopAdmin {
  const client = new AdminClient(settings, time);
  let last: Promise<unknown> = Promise.resolve();
  return {
    shop: settings.shop,
    ask(document, variables) {
      const answer = last.then(() => client.ask(document, variables));
      last = answer.catch(() => undefined);
      return answer;
    },
  };
}

class AdminClient {
  readonly #bucket = new CostBucket();
  readonly #token: AccessToken;

  constructor(
    private readonly settings: AdminSettings,
    private readonly time: AdminTime,
  ) {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    this.#token = new AccessToken(settings.credentials, (path, fields) => this.#post(path, new URLSearchParams(fields).toString(), form));
  }

  async ask(document: string, variables: Readonly<Record<string, unknown>>): Promise<AdminAnswer> {
    let waited = 0;
    let attempts = 0;
    let failure: AdminFailure = failed('throttled', 'Other apps use up what the shop may ask of Shopify: Sojourn asks again later.');
    let wait = this.#bucket.waitMs(document, this.time.now());
    while (attempts < mostAttempts && waited + wait <= longestWaitMs) {
      if (wait > 0) await this.time.pause(wait);
      waited += wait;
      const token = await this.#token.current(this.time.now());
      if (token.kind === 'failed') return token;
      const reading = await this.#once(document, variables, token.token);
      if (reading.kind === 'final') {
        if (reading.answer.kind !== 'failed' || reading.answer.code !== 'http-401' || !this.#token.forget()) return reading.answer;
        // The token that was granted holds no longer: another one, at once.
        failure = reading.answer;
        attempts += 1;
        wait = 0;
        continue;
      }
      if (reading.kind === 'again') failure = reading.failure;
      attempts += 1;
      wait = pauseBefore(reading, attempts);
    }
    return failure;
  }

  async #once(document: string, variables: Readonly<Record<string, unknown>>, token: string): Promise<AnswerReading> {
    const headers = { 'content-type': 'application/json', 'x-shopify-access-token': token };
    const body = JSON.stringify({ query: document, variables });
    const reading = readAnswer(await this.#post(`/admin/api/${this.settings.version}/graphql.json`, body, headers));
    if (reading.cost !== null) this.#bucket.hear(document, reading.cost, this.time.now());
    return reading;
  }

  /** Status 0: it cannot be reached. */
  async #post(path: string, body: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    try {
      const response = await fetch(`${this.settings.url}${path}`, {
        method: 'POST',
        headers: { accept: 'application/json', ...headers },
        body,
        // The token goes to this address alone.
        redirect: 'error',
        signal: AbortSignal.timeout(answerWithinMs),
      });
      const after = Number(response.headers.get('retry-after') ?? '');
      return { status: response.status, text: await readAtMost(response, largestAnswer), retryAfter: after > 0 ? after : null };
    } catch {
      return { status: 0, text: null, retryAfter: null };
    }
  }
}

/** Milliseconds. Throttled: until the points are there, as the answer says; else twice as long each time, or as long as asked. */
function pauseBefore(reading: Exclude<AnswerReading, { kind: 'final' }>, attempt: number): number {
  const usual = firstPauseMs * 2 ** (attempt - 1);
  if (reading.kind === 'again') return reading.afterMs ?? usual;
  return reading.cost?.requested === undefined || reading.cost.requested === null
    ? usual
    : Math.max(50, refillMs(reading.cost.requested, reading.cost));
}
