import type { AdminAnswer, AdminFailure } from '../../app/ports.js';
import { readJson } from '../../domain/values/exact-json.js';
import { isRecord } from '../../domain/values/is-record.js';
import { type CostSaid, readCost } from './cost-bucket.js';

/** An answer of the API as it came. */
export interface HttpAnswer {
  /** 0: there was none. */
  readonly status: number;
  /** Null: it was longer than is read. */
  readonly text: string | null;
  /** Seconds, as the header says; null: it does not. */
  readonly retryAfter: number | null;
}

export type AnswerReading = { readonly cost: CostSaid | null } & (
  | { readonly kind: 'final'; readonly answer: AdminAnswer }
  /** Too much was asked for at once; it is asked again as soon as there are points enough. */
  | { readonly kind: 'throttled' }
  /** It may work in a moment. `afterMs` null: the API does not say when. */
  | { readonly kind: 'again'; readonly afterMs: number | null; readonly failure: AdminFailure }
);

export const failed = (code: string, sentence: string): AdminFailure => ({ kind: 'failed', code, sentence });

/** What an answer says. Being throttled and being refused a field are answers of status 200. */
export function readAnswer({ status, text, retryAfter }: HttpAnswer): AnswerReading {
  if (status === 0) return { kind: 'again', afterMs: null, failure: unreachable, cost: null };
  if (status === 429 || status >= 500) {
    const failure = failed(`http-${status}`, `Shopify answered ${status}, also when it was asked again.`);
    return { kind: 'again', afterMs: retryAfter === null ? null : retryAfter * 1000, failure, cost: null };
  }
  if (status !== 200) return { kind: 'final', answer: failed(`http-${status}`, sentences[status] ?? other(status)), cost: null };
  if (text === null)
    return { kind: 'final', answer: failed('answer-too-large', 'Shopify’s answer is larger than Sojourn reads.'), cost: null };
  const body = readJson(text);
  if (!isRecord(body))
    return { kind: 'final', answer: failed('malformed-answer', 'Shopify’s answer is no JSON: look at SHOPIFY_ADMIN_URL.'), cost: null };
  const cost = readCost(body['extensions']);
  const errors = Array.isArray(body['errors']) ? (body['errors'] as readonly unknown[]).filter(isRecord) : [];
  if (errors.some((error) => codeOf(error) === 'THROTTLED')) return { kind: 'throttled', cost };
  if (errors.some((error) => codeOf(error) === 'INTERNAL_SERVER_ERROR'))
    return {
      kind: 'again',
      afterMs: null,
      failure: failed('internal-server-error', 'Shopify could not answer, also when asked again.'),
      cost,
    };
  return { kind: 'final', answer: contentOf(body, errors), cost };
}

function contentOf(body: Readonly<Record<string, unknown>>, errors: readonly Readonly<Record<string, unknown>>[]): AdminAnswer {
  const { data } = body;
  const denied = errors.filter((error) => codeOf(error) === 'ACCESS_DENIED');
  const worst = errors.find((error) => !denied.includes(error)) ?? (errors.length === 0 && !isRecord(data) ? {} : undefined);
  if (worst !== undefined) return failed(slug(codeOf(worst)), `Shopify refused the question (${slug(codeOf(worst))}).`);
  if (!isRecord(data) || (denied.length > 0 && Object.values(data).every((value) => value === null)))
    return failed(
      'access-denied',
      `The app may not ask for ${pathsOf(denied).join(', ') || 'this'}: give it the scopes that \`sojourn shopify connect\` names.`,
    );
  return { kind: 'answered', data, denied: pathsOf(denied) };
}

/** Names of fields; places in lists are left out. */
function pathsOf(errors: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  const paths = errors.map(({ path }) =>
    Array.isArray(path) ? (path as readonly unknown[]).filter((part) => typeof part === 'string').join('.') : '',
  );
  return [...new Set(paths.filter((path) => /^[\w.]{1,200}$/.test(path)))];
}

function codeOf(error: Readonly<Record<string, unknown>>): string {
  const extensions = isRecord(error['extensions']) ? error['extensions'] : {};
  return typeof extensions['code'] === 'string' ? extensions['code'] : 'refused';
}

const slug = (code: string): string =>
  code
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40);

const unreachable = failed('unreachable', 'Shopify cannot be reached.');

const sentences: Readonly<Record<number, string>> = {
  401: 'Shopify does not know the token: set SHOPIFY_TOKEN, or SHOPIFY_CLIENT_ID with the client secret in SHOPIFY_SECRETS, again.',
  402: 'The shop is frozen at Shopify because of an unpaid bill.',
  403: 'The token may not be used for this shop: look at SHOPIFY_SHOP, and whether the app is installed.',
  404: 'There is no such shop or version of the API: look at SHOPIFY_SHOP and SHOPIFY_ADMIN_URL.',
  423: 'The shop is locked at Shopify.',
};
const other = (status: number): string => `Shopify answered ${status}.`;
