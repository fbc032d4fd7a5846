import type { Instant } from '../time/instant.js';
import {
  changed,
  described,
  emptiedBefore,
  type LineFold,
  lineKey,
  mergeLines,
  newLine,
  quantityOf,
  setQuantity,
  sumByLine,
} from './cart-line-fold.js';
import type { CartTokens, CommerceLine, LineChange } from './commerce-events.js';
import { later, newer, type Position, type Register } from './register.js';

/**
 * What is known of a cart's lines, so that events in any order of arrival give the same cart. Events of a line are replayed in the order in
 * which they happened; what lies before the newest snapshot or removal of the whole line is forgotten. Plain JSON, kept beside the cart.
 */
export interface CartFold {
  readonly format: 1;
  /** What happened up to here belongs to an earlier cart of the same token (it was ordered then). */
  readonly since: Instant | null;
  /** Folds by the token under which they happened. Two tokens joined in one cart keep their lines apart. */
  readonly tokens: Readonly<Record<string, TokenFold>>;
  /** Other tokens of the same cart, to the token under which they are kept. */
  readonly aliases: Readonly<Record<string, string>>;
}

export interface TokenFold {
  /** The shop's name for it that a link carries; the newest, and a cart's rather than a checkout's. */
  readonly name: Register<string>;
  /** The newest activity. */
  readonly at: Instant;
  /** Position of the newest snapshot: lines it does not name were empty then. */
  readonly snapshot: Position | null;
  readonly lines: Readonly<Record<string, LineFold>>;
}

/** One event's bearing on a cart. */
export interface CartActivity {
  readonly tokens: CartTokens;
  readonly change: LineChange;
  readonly at: Instant;
  readonly eventId: string;
  /** A server key told it: what it says of products stands over what a browser says, whenever that was. Absent: a browser did. */
  readonly isToldByShop?: boolean;
}

export const emptyFold: CartFold = { format: 1, since: null, tokens: {}, aliases: {} };

/** Token under which events without one are kept. */
export const unnamedToken = '';

const addedRank = 0;
const removedRank = 1;
const snapshotRank = 2;

/**
 * The fold with this event in it. The same event twice is one event.
 *
 * ```ts
 * viewCart(foldCart(emptyFold, { tokens, change: { kind: 'added', lines }, at, eventId })).value
 * ```
 */
export function foldCart(fold: CartFold, activity: CartActivity): CartFold {
  if (isBeforeFold(fold, activity.at)) return fold;
  const linked = linkAliases(fold, activity.tokens);
  const key = rootOf(linked, activity.tokens.token ?? unnamedToken);
  const before = own(linked.tokens, key) ?? newToken(activity);
  const after = applyChange(withName(before, activity), activity);
  return { ...linked, tokens: { ...linked.tokens, [key]: after } };
}

/** Does the instant belong to an earlier cart of this token? */
export function isBeforeFold(fold: CartFold, at: Instant): boolean {
  return fold.since !== null && at <= fold.since;
}

/** What lies in the cart under any of its tokens, as `lineKey` names it. */
export function heldLineKeys(fold: CartFold): ReadonlySet<string> {
  return new Set(
    Object.values(fold.tokens).flatMap((group) =>
      Object.entries(group.lines)
        .filter(([, line]) => quantityOf(line) > 0)
        .map(([key]) => key),
    ),
  );
}

/** Both folds in one: what two tokens, found to be one cart, make together. Order does not matter. */
export function mergeFolds(a: CartFold, b: CartFold): CartFold {
  const since = a.since === null || b.since === null ? (a.since ?? b.since) : Math.max(a.since, b.since);
  let merged: CartFold = { format: 1, since, tokens: { ...a.tokens }, aliases: { ...a.aliases } };
  for (const [key, group] of Object.entries(b.tokens)) merged = withGroup(merged, rootOf(merged, key), group);
  for (const [alias, token] of Object.entries(b.aliases)) merged = unite(merged, alias, token);
  return merged;
}

/** What remains for the next cart of the same token when this one was ordered at `orderedAt`: only what happened after. */
export function foldAfterOrder(fold: CartFold, orderedAt: Instant): CartFold {
  const start: Position = [orderedAt, snapshotRank + 1, ''];
  const tokens: Record<string, TokenFold> = {};
  for (const [key, group] of Object.entries(fold.tokens)) {
    if (group.at > orderedAt) tokens[key] = emptiedAt(group, start);
  }
  return { ...fold, since: orderedAt, tokens };
}

// ── tokens ──

function newToken(activity: CartActivity): TokenFold {
  return { name: nameRegister(activity), at: activity.at, snapshot: null, lines: {} };
}

function withName(group: TokenFold, activity: CartActivity): TokenFold {
  return { ...group, at: Math.max(group.at, activity.at), name: newer(group.name, nameRegister(activity)) };
}

/** A cart's token counts more than a checkout's, also if it came earlier; so the rank comes first. */
function nameRegister(activity: CartActivity): Register<string> {
  const worth = activity.tokens.named === 'cart' ? standsOver : 0;
  return [worth + activity.at, 0, activity.eventId, activity.tokens.token ?? unnamedToken];
}

/** Added to the instant of a register that stands over others, whenever they were set: more than any instant. */
const standsOver = 1e15;

function rootOf(fold: CartFold, token: string): string {
  let root = token;
  for (let next = own(fold.aliases, root); next !== undefined; next = own(fold.aliases, root)) root = next;
  return root;
}

/** Tokens come from outside: one may be called `constructor`. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function linkAliases(fold: CartFold, tokens: CartTokens): CartFold {
  return tokens.aliases.reduce((linked, alias) => unite(linked, alias, tokens.token ?? unnamedToken), fold);
}

/** Makes two tokens one: what was kept under the alias goes to the other. */
function unite(fold: CartFold, alias: string, token: string): CartFold {
  const from = rootOf(fold, alias);
  const into = rootOf(fold, token);
  if (from === into) return fold;
  const moved = own(fold.tokens, from);
  const { [from]: _moved, ...tokens } = fold.tokens;
  const united: CartFold = { ...fold, tokens, aliases: { ...fold.aliases, [from]: into } };
  return moved === undefined ? united : withGroup(united, into, moved);
}

function withGroup(fold: CartFold, key: string, group: TokenFold): CartFold {
  const present = own(fold.tokens, key);
  return { ...fold, tokens: { ...fold.tokens, [key]: present === undefined ? group : mergeGroups(present, group) } };
}

function mergeGroups(a: TokenFold, b: TokenFold): TokenFold {
  const snapshot = a.snapshot === null || b.snapshot === null ? (a.snapshot ?? b.snapshot) : later(a.snapshot, b.snapshot);
  const lines: Record<string, LineFold> = {};
  for (const key of new Set([...Object.keys(a.lines), ...Object.keys(b.lines)])) {
    const [left, right] = [a.lines[key], b.lines[key]];
    const line = left === undefined ? right : right === undefined ? left : mergeLines(left, right);
    if (line !== undefined) lines[key] = snapshot === null ? line : emptiedBefore(line, snapshot);
  }
  return { name: newer(a.name, b.name), at: Math.max(a.at, b.at), snapshot, lines };
}

function emptiedAt(group: TokenFold, position: Position): TokenFold {
  const lines = Object.fromEntries(Object.entries(group.lines).map(([key, line]) => [key, emptiedBefore(line, position)]));
  return { ...group, lines, snapshot: group.snapshot === null ? position : later(group.snapshot, position) };
}

// ── changes ──

function applyChange(group: TokenFold, activity: CartActivity): TokenFold {
  const { change, at, eventId } = activity;
  if (change.kind === 'none') return group;
  const worth = activity.isToldByShop === true ? standsOver : 0;
  if (change.kind === 'snapshot') return applySnapshot(group, sumByLine(change.lines), [at, snapshotRank, eventId], worth);
  const position: Position = [at, change.kind === 'added' ? addedRank : removedRank, eventId];
  const lines: Record<string, LineFold> = { ...group.lines };
  sumByLine(change.lines).forEach((line, index) => {
    const key = lineKey(line.productId, line.variant);
    const known = described(lines[key] ?? newLine(line, at, index, group.snapshot), line, position, index, worth);
    lines[key] =
      line.quantity === null
        ? setQuantity(known, position, 0)
        : changed(known, position, change.kind === 'added' ? line.quantity : -line.quantity);
  });
  return { ...group, lines };
}

function applySnapshot(group: TokenFold, named: readonly CommerceLine[], position: Position, worth: number): TokenFold {
  const lines: Record<string, LineFold> = {};
  const stays = new Set(named.map((line) => lineKey(line.productId, line.variant)));
  for (const [key, line] of Object.entries(group.lines)) lines[key] = stays.has(key) ? line : emptiedBefore(line, position);
  named.forEach((line, index) => {
    const key = lineKey(line.productId, line.variant);
    const known = described(lines[key] ?? newLine(line, position[0], index, group.snapshot), line, position, index, worth);
    lines[key] = setQuantity(known, position, line.quantity ?? 1);
  });
  return { ...group, lines, snapshot: group.snapshot === null ? position : later(group.snapshot, position) };
}
