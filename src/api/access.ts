import type { Subject } from '../app/keys/audit-trail.js';
import { readDataLinkId } from '../domain/keys/data-link.js';
import { type Link, readLink } from '../domain/keys/link-token.js';
import type { Scope } from '../domain/keys/scopes.js';
import type { Secrets } from '../domain/keys/secrets.js';

/** What opens a route. The table in docs/security.md is made of these. */
export type Access =
  /** Nothing is asked. `internal`: on the internal listener only. */
  | { readonly kind: 'open'; readonly internal: boolean }
  /** A write key, of a server or of a browser. */
  | { readonly kind: 'write-key' }
  /** A signed link in a message; its purpose is in the signature. */
  | { readonly kind: 'link'; readonly purpose: string }
  /** A signature of the sender over the body (Twilio: and the address). */
  | { readonly kind: 'signature'; readonly by: string }
  /** The token of EMAIL_WEBHOOK_TOKEN, or an API key with this scope. */
  | { readonly kind: 'mail-token'; readonly scope: Scope }
  /** An API key with this scope. On the internal listener; on the public one where SOJOURN_PUBLIC_SCOPES has the scope. */
  | { readonly kind: 'api-key'; readonly scope: Scope };

interface Asked {
  readonly params: unknown;
  readonly body: unknown;
}

/** Whose data a request is about, by what it says, or by what is answered. */
export type Whom = (asked: Asked, answer: unknown, secret: Secrets) => readonly Subject[];

/**
 * What the audit log keeps of a request. A `change` is written down before it is done, so its `whom` sees no answer; a `read` before it is
 * answered.
 */
export type Audited =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'read'; readonly whom: Whom }
  /** A read whose answer goes out in parts and says only at its end whom it is about: its handler notes it (`noteShown`). */
  | { readonly kind: 'read-in-parts'; readonly whom: Whom }
  /** `about`: what it is about, where the path does not say it; no personal data. */
  | { readonly kind: 'change'; readonly whom: Whom; readonly about?: (asked: Asked) => string };

/** What every route says of itself; one that does not is refused at the start. */
export interface RouteRules {
  readonly access: Access;
  /** What the request does, as `noun.verb`: the act in the audit log, and the operation in OpenAPI. Null: nobody asks for it by name. */
  readonly act: string | null;
  readonly audited: Audited;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    rules?: RouteRules;
  }
}

/** `config` of a route of the API: the scope that opens it, what it does, and what of it is audited. */
export function keyed(scope: Scope, act: string, audited: Audited) {
  return { rules: { access: { kind: 'api-key', scope }, act, audited } satisfies RouteRules };
}

/** `config` of a page behind a link in a message. */
export function byLink(purpose: string, act: string, audited: Audited = nothing) {
  return { rules: { access: { kind: 'link', purpose }, act, audited } satisfies RouteRules };
}

/** `config` of a route with another way in. */
export function openTo(access: Exclude<Access, { kind: 'api-key' | 'link' }>, act: string | null = null) {
  return { rules: { access, act, audited: nothing } satisfies RouteRules };
}

/** It shows nothing about a person and changes nothing. */
export const nothing: Audited = { kind: 'nothing' };
export const reads = (whom: Whom): Audited => ({ kind: 'read', whom });
export const readsInParts: Audited = { kind: 'read-in-parts', whom: () => [] };
export const changes = (whom: Whom, about?: (asked: Asked) => string): Audited => ({
  kind: 'change',
  whom,
  ...(about === undefined ? {} : { about }),
});

/** Nobody in particular: a journey, a key, the whole instance. */
export const nobody: Whom = () => [];

/** The profile that the path names. */
export const inPath: Whom = ({ params }) => subject('profile', params, 'id');
export const theirEntry: Whom = ({ params }) => subject('entry', params, 'id');
export const theirMessage: Whom = ({ params }) => subject('message', params, 'id');
export const theirTask: Whom = ({ params }) => subject('task', params, 'id');
export const theirText: Whom = ({ params }) => subject('inbound-message', params, 'id');

/** The person behind the message that carried the link, where we signed it. */
export const theirLink: Whom = ({ params }, _answer, secret) => {
  const [token] = [...textsOf(params, 'token'), ...textsOf(params, '*')];
  const link: Link | null = token === undefined ? null : readLink(secret, token);
  if (link === null) return [];
  if (link.purpose === 'data') return [{ kind: 'profile', id: readDataLinkId(link.id)?.profileId ?? link.id }];
  return [link.purpose === 'confirm' ? { kind: 'consent', id: link.id.replace(/-.*$/, '') } : { kind: 'message', id: link.id }];
};

/** The profile that the body names, at once or as the recipient. */
export const inBody: Whom = ({ body }) => {
  const to = isThing(body) && isThing(body['to']) ? body['to'] : body;
  return [...subject('profile', to, 'profileId'), ...subject('user', to, 'userId')];
};

/** The profiles that the answer names as `profileId`: of the thing itself, or of the items of a list. */
export const inAnswer: Whom = (_asked, answer) => things(answer).flatMap((thing) => subject('profile', thing, 'profileId'));

/** The profiles that a list of profiles shows. */
export const listed: Whom = (_asked, answer) => things(answer).flatMap((thing) => subject('profile', thing, 'id'));

type Thing = Readonly<Record<string, unknown>>;

function things(answer: unknown): readonly Thing[] {
  if (!isThing(answer)) return [];
  const { items } = answer;
  return Array.isArray(items) ? items.filter(isThing) : [answer];
}

function subject(kind: Subject['kind'], thing: unknown, key: string): readonly Subject[] {
  return textsOf(thing, key).map((id) => ({ kind, id }));
}

function textsOf(thing: unknown, key: string): readonly string[] {
  const value = isThing(thing) ? thing[key] : undefined;
  return typeof value === 'string' && value !== '' ? [value] : [];
}

function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null;
}
