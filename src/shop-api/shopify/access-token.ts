import type { AdminFailure } from '../../app/ports.js';
import { readJson } from '../../domain/values/exact-json.js';
import { isRecord } from '../../domain/values/is-record.js';
import { failed, type HttpAnswer } from './answer.js';

/** How an app proves itself: a token that lasts, or an app of the Dev Dashboard, which is granted one for a day. */
export type AdminCredentials =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'app'; readonly clientId: string; readonly secrets: readonly string[] };

export type PostForm = (path: string, fields: Readonly<Record<string, string>>) => Promise<HttpAnswer>;

export type TokenResult = { readonly kind: 'token'; readonly token: string } | AdminFailure;

/** A granted token is asked for again so long before it ends. */
const earlyMs = 300_000;
/** What Shopify says where it does not say how long a token lasts. */
const usualSeconds = 86_400;

/** Keeps the token of the app, and asks for the next one in time. */
export class AccessToken {
  #granted: { readonly token: string; readonly until: number } | null = null;

  constructor(
    private readonly credentials: AdminCredentials,
    private readonly post: PostForm,
  ) {}

  /** `at`: real milliseconds. */
  async current(at: number): Promise<TokenResult> {
    const { credentials } = this;
    if (credentials.kind === 'token') return { kind: 'token', token: credentials.token };
    if (this.#granted !== null && this.#granted.until > at) return { kind: 'token', token: this.#granted.token };
    return this.#ask(credentials, at);
  }

  /** It was refused. True: another may be granted. */
  forget(): boolean {
    const isGranted = this.#granted !== null;
    this.#granted = null;
    return isGranted;
  }

  /** While a secret is rotated, either may be the one that holds. */
  async #ask({ clientId, secrets }: Extract<AdminCredentials, { kind: 'app' }>, at: number): Promise<TokenResult> {
    let last: AdminFailure = failed('no-secret', 'SHOPIFY_SECRETS has no client secret of the app.');
    for (const secret of secrets) {
      const answer = await this.post('/admin/oauth/access_token', {
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: secret,
      });
      const body = answer.status === 200 ? readJson(answer.text ?? '') : null;
      if (isRecord(body) && typeof body['access_token'] === 'string') {
        const seconds = typeof body['expires_in'] === 'number' ? body['expires_in'] : usualSeconds;
        this.#granted = { token: body['access_token'], until: at + Math.max(0, seconds * 1000 - earlyMs) };
        return { kind: 'token', token: body['access_token'] };
      }
      last = failed(
        `token-http-${answer.status}`,
        'Shopify grants the app no token: SHOPIFY_CLIENT_ID, or the client secret in SHOPIFY_SECRETS, is not that of an app that is installed in this shop.',
      );
    }
    return last;
  }
}
