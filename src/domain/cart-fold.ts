import type { CartLine } from './cart.js';
import type { CartTokens, CommerceLine, LineChange } from './commerce-events.js';
import type { Instant } from './instant.js';
import { claimedName } from './plain-name.js';

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

interface TokenFold {
  /** The shop's name for it that a link carries; the newest, and a cart's rather than a checkout's. */
  readonly name: Register<string>;
  /** The newest activity. */
  readonly at: Instant;
  /** Position of the newest snapshot: lines it does not name were empty then. */
  readonly snapshot: Position | null;
  readonly lines: Readonly<Record<string, LineFold>>;
}

interface LineFold {
  readonly productId: string;
  readonly variant: string;
  /** The quantity known at a position; everything before it is forgotten. */
  readonly base: readonly [...Position, number] | null;
  /** Changes after the base, in order: position, then by how many. */
  readonly changes: readonly (readonly [...Position, number])[];
  /** When the line was first seen: lines are shown in this order. */
  readonly first: readonly [Instant, number];
  readonly name: Register<string> | null;
  readonly price: Register<number> | null;
  readonly currency: Register<string> | null;
  readonly imageUrl: Register<string> | null;
  readonly url: Register<string> | null;
}

/** Order of what happened: instant; at the same instant additions, then removals, then snapshots (they tell the result); then the event's id. */
type Position = readonly [at: Instant, rank: number, eventId: string];
/** A value and where it was set; the later position wins, and what stands over others lies later than all of them. */
type Register<T> = readonly [...Position, T];

/** One event's bearing on a cart. */
export interface CartActivity {
  readonly tokens: CartTokens;
  readonly change: LineChange;
  readonly at: Instant;
  readonly eventId: string;
  /** A server key told it: what it says of products stands over what a browser says, whenever that was. Absent: a browser did. */
  readonly isToldByShop?: boolean;
}

/** A cart as its fold tells it. */
export interface CartView {
  /** The token that a link restoring the cart carries; null when the shop names none. */
  readonly token: string | null;
  readonly lines: readonly CartLine[];
  readonly currency: string | null;
  /** Sum of quantity × price over the lines in the cart's currency. */
  readonly value: number;
  /** The newest activity, also of events that changed no line. Null: nothing yet. */
  readonly updatedAt: Instant | null;
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

/** The cart that a fold tells of: the lines under the token where the person was last, for that is what a link would restore. */
export function viewCart(fold: CartFold): CartView {
  const known = views.get(fold);
  if (known !== undefined) return known;
  const view = newView(fold);
  views.set(fold, view);
  return view;
}

/** A fold never changes, and is looked at several times for each event: before, after, and beside the other carts. */
const views = new WeakMap<CartFold, CartView>();

function newView(fold: CartFold): CartView {
  const groups = Object.values(fold.tokens);
  const updatedAt = groups.reduce<Instant | null>((newest, group) => Math.max(newest ?? group.at, group.at), null);
  const shown = newestGroup(groups.filter(saysLines)) ?? newestGroup(groups);
  if (shown === null) return { token: null, lines: [], currency: null, value: 0, updatedAt };
  const lines = shownLines(shown);
  const currency = newestCurrency(shown, lines);
  return { token: registerValue(shown.name) || null, lines, currency, value: totalValue(lines, currency), updatedAt };
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

/** A cart's token is worth more than a checkout's, whichever came later; hence the rank leads. */
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

// ── lines ──

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

function newLine(line: CommerceLine, at: Instant, index: number, snapshot: Position | null): LineFold {
  return {
    productId: line.productId,
    variant: line.variant,
    base: snapshot === null ? null : [...snapshot, 0],
    changes: [],
    first: [at, index],
    name: null,
    price: null,
    currency: null,
    imageUrl: null,
    url: null,
  };
}

/** The line with what the event says about the product; what it does not say stays. */
function described(known: LineFold, line: CommerceLine, position: Position, index: number, worth: number): LineFold {
  const [at, rank, eventId] = position;
  const set: Position = [worth + at, rank, eventId];
  return {
    ...known,
    first: earlierFirst(known.first, [at, index]),
    name: newerValue(known.name, set, line.name),
    price: newerValue(known.price, set, line.price),
    currency: newerValue(known.currency, set, line.currency),
    imageUrl: newerValue(known.imageUrl, set, line.imageUrl),
    url: newerValue(known.url, set, line.url),
  };
}

function setQuantity(line: LineFold, position: Position, quantity: number): LineFold {
  if (line.base !== null && comparePositions(line.base, position) >= 0) return line;
  return { ...line, base: [...position, quantity], changes: line.changes.filter((change) => comparePositions(change, position) > 0) };
}

function emptiedBefore(line: LineFold, position: Position): LineFold {
  return setQuantity(line, position, 0);
}

/** So many changes of one line are kept; then the oldest become its base, and what is older still and not here yet is lost. */
const maxChanges = 200;

function changed(line: LineFold, position: Position, by: number): LineFold {
  if (line.base !== null && comparePositions(line.base, position) >= 0) return line;
  if (line.changes.some((change) => comparePositions(change, position) === 0)) return line;
  const changes = [...line.changes, [...position, by] as const].sort(comparePositions);
  const next = { ...line, changes };
  return changes.length > maxChanges ? compacted(next, maxChanges / 2) : next;
}

function compacted(line: LineFold, keep: number): LineFold {
  const folded = line.changes.slice(0, line.changes.length - keep);
  const last = folded.at(-1);
  if (last === undefined) return line;
  const [at, rank, eventId] = last;
  return { ...line, base: [at, rank, eventId, quantityOf({ ...line, changes: folded })], changes: line.changes.slice(-keep) };
}

function mergeLines(a: LineFold, b: LineFold): LineFold {
  const base = a.base === null || b.base === null ? (a.base ?? b.base) : comparePositions(a.base, b.base) >= 0 ? a.base : b.base;
  const changes = b.changes.reduce<LineFold['changes']>(
    (all, change) => (all.some((other) => comparePositions(other, change) === 0) ? all : [...all, change]),
    a.changes,
  );
  return {
    ...a,
    base,
    changes: changes.filter((change) => base === null || comparePositions(change, base) > 0).sort(comparePositions),
    first: earlierFirst(a.first, b.first),
    name: newerOf(a.name, b.name),
    price: newerOf(a.price, b.price),
    currency: newerOf(a.currency, b.currency),
    imageUrl: newerOf(a.imageUrl, b.imageUrl),
    url: newerOf(a.url, b.url),
  };
}

/** Never below nothing: a removal of more than there is empties the line. */
function quantityOf(line: LineFold): number {
  return line.changes.reduce((quantity, [, , , by]) => Math.max(0, quantity + by), line.base?.[3] ?? 0);
}

/** An event may name a line twice; together they are one. */
function sumByLine(lines: readonly CommerceLine[]): readonly CommerceLine[] {
  const sums = new Map<string, CommerceLine>();
  for (const line of lines) {
    const key = lineKey(line.productId, line.variant);
    const known = sums.get(key);
    const quantity = line.quantity === null || known?.quantity === null ? null : (known?.quantity ?? 0) + line.quantity;
    sums.set(key, { ...line, quantity });
  }
  return [...sums.values()];
}

/** What tells two lines apart, as text. */
function lineKey(productId: string, variant: string): string {
  return JSON.stringify([productId, variant]);
}

// ── what is shown ──

function saysLines(group: TokenFold): boolean {
  return group.snapshot !== null || Object.keys(group.lines).length > 0;
}

function newestGroup(groups: readonly TokenFold[]): TokenFold | null {
  let newest: TokenFold | null = null;
  for (const group of groups) {
    if (newest === null || group.at > newest.at || (group.at === newest.at && registerValue(group.name) > registerValue(newest.name)))
      newest = group;
  }
  return newest;
}

function shownLines(group: TokenFold): readonly CartLine[] {
  return Object.entries(group.lines)
    .map(([key, line]) => ({ key, line, quantity: quantityOf(line) }))
    .filter(({ quantity }) => quantity > 0)
    .sort((a, b) => a.line.first[0] - b.line.first[0] || a.line.first[1] - b.line.first[1] || compareText(a.key, b.key))
    .map(({ line, quantity }) => ({
      productId: line.productId,
      variant: line.variant,
      name: valueOf(line.name) ?? claimedName(line.productId),
      quantity,
      price: valueOf(line.price) ?? 0,
      currency: valueOf(line.currency),
      imageUrl: valueOf(line.imageUrl),
      url: valueOf(line.url),
    }));
}

function newestCurrency(group: TokenFold, lines: readonly CartLine[]): string | null {
  let newest: Register<string> | null = null;
  for (const line of lines) newest = newerOf(newest, group.lines[lineKey(line.productId, line.variant)]?.currency ?? null);
  return valueOf(newest);
}

function totalValue(lines: readonly CartLine[], currency: string | null): number {
  const sum = lines
    .filter((line) => line.currency === null || line.currency === currency)
    .reduce((total, line) => total + line.quantity * line.price, 0);
  return Math.round(sum * 1e4) / 1e4;
}

// ── positions and registers ──

function comparePositions(a: Positioned, b: Positioned): number {
  return a[0] - b[0] || a[1] - b[1] || compareText(a[2], b[2]);
}

type Positioned = readonly [at: Instant, rank: number, eventId: string, ...rest: readonly unknown[]];

function later(a: Position, b: Position): Position {
  return comparePositions(a, b) >= 0 ? a : b;
}

function newer<T>(a: Register<T>, b: Register<T>): Register<T> {
  return comparePositions(a, b) >= 0 ? a : b;
}

function newerOf<T>(a: Register<T> | null, b: Register<T> | null): Register<T> | null {
  return a === null || b === null ? (a ?? b) : newer(a, b);
}

function newerValue<T>(known: Register<T> | null, position: Position, value: T | null): Register<T> | null {
  return value === null ? known : newerOf(known, [...position, value]);
}

function registerValue<T>(register: Register<T>): T {
  return register[3];
}

function valueOf<T>(register: Register<T> | null): T | null {
  return register === null ? null : register[3];
}

function earlierFirst(a: readonly [Instant, number], b: readonly [Instant, number]): readonly [Instant, number] {
  return a[0] < b[0] || (a[0] === b[0] && a[1] <= b[1]) ? a : b;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
