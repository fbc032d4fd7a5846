import { earlierOf, newerValue, type Position, type Register, valueOf } from '../carts/register.js';
import { compareClaims, type OwnerClaim } from '../orders/owner-claim.js';
import type { Instant } from '../time/instant.js';
import type { ProfileId } from '../values/ids.js';

/** What a customer told the shop: a ticket of its service, feedback on an order, a review of a product. */
export const serviceKinds = ['ticket', 'feedback', 'review'] as const;
export type ServiceKind = (typeof serviceKinds)[number];

/** What an event may say of one. Absent: it does not say. */
export interface ServiceFields {
  /** Tickets only. */
  readonly state?: 'open' | 'closed';
  readonly subject?: string;
  readonly priority?: string;
  /** Feedback and reviews: as the shop counts it, mostly 1 to 5. */
  readonly rating?: number;
  /** Personal data, and anything that people write. */
  readonly comment?: string;
  readonly orderId?: string;
  readonly productId?: string;
}

/** What one event tells. */
export interface ServiceTold {
  readonly of: ServiceKind;
  readonly id: string;
  readonly fields: ServiceFields;
}

type Registers = { readonly [Name in keyof ServiceFields]?: Register<NonNullable<ServiceFields[Name]>> };

/**
 * All events of one, in any order of arrival: each field keeps its newest value by the source's own update time, and of two at one instant
 * the one that closes it.
 */
export interface ServiceRecord {
  readonly kind: ServiceKind;
  readonly id: string;
  readonly profileId: ProfileId;
  readonly first: Position;
  readonly fields: Registers;
  readonly owner: OwnerClaim;
  /** When its newest event happened. */
  readonly updatedAt: Instant;
  /** The store has it: no other transaction can have been the first to tell of it. */
  readonly isStored: boolean;
}

export interface ServiceDeed {
  readonly told: ServiceTold;
  readonly profileId: ProfileId;
  /** The version: the source's own update time, else when it happened. */
  readonly at: Instant;
  readonly happenedAt: Instant;
  readonly eventId: string;
  readonly isToldByShop: boolean;
}

/**
 * The record after the event. `known` null: no event spoke of it before. It is of the person of the earliest event that
 * opens it, of those that the shop tells, where it tells any.
 */
export function applyToRecord(known: ServiceRecord | null, deed: ServiceDeed): ServiceRecord {
  const { told, profileId, at, happenedAt, eventId } = deed;
  const rank = told.fields.state === 'closed' ? 1 : 0;
  const owner: OwnerClaim = [2 * rank + (deed.isToldByShop ? 0 : 1), happenedAt, eventId];
  const first: Position = [happenedAt, rank, eventId];
  const fields = withFields(known?.fields ?? {}, told.fields, [at, rank, eventId]);
  if (known === null) return { kind: told.of, id: told.id, profileId, first, fields, owner, updatedAt: happenedAt, isStored: false };
  return {
    ...known,
    first: earlierOf(known.first, first) ?? first,
    fields,
    updatedAt: Math.max(known.updatedAt, happenedAt),
    ...(compareClaims(owner, known.owner) < 0 ? { profileId, owner } : {}),
  };
}

function withFields(known: Registers, told: ServiceFields, position: Position): Registers {
  const next: Record<string, Register<unknown>> = { ...known };
  for (const [name, value] of Object.entries(told)) {
    const newer = newerValue<unknown>(next[name] ?? null, position, value);
    if (newer !== null) next[name] = newer;
  }
  return next as Registers;
}

/** A record as its events tell it; null: nobody said. */
export interface ServiceView {
  readonly state: 'open' | 'closed' | null;
  readonly openedAt: Instant;
  /** When its state was last told, where it is closed. */
  readonly closedAt: Instant | null;
  readonly subject: string | null;
  readonly priority: string | null;
  readonly rating: number | null;
  readonly comment: string | null;
  readonly orderId: string | null;
  readonly productId: string | null;
}

export function viewRecord({ first, fields }: Pick<ServiceRecord, 'first' | 'fields'>): ServiceView {
  const state = valueOf(fields.state ?? null);
  return {
    state,
    openedAt: first[0],
    closedAt: state === 'closed' ? (fields.state?.[0] ?? null) : null,
    subject: valueOf(fields.subject ?? null),
    priority: valueOf(fields.priority ?? null),
    rating: valueOf(fields.rating ?? null),
    comment: valueOf(fields.comment ?? null),
    orderId: valueOf(fields.orderId ?? null),
    productId: valueOf(fields.productId ?? null),
  };
}

/** What names one among all of them. */
export function recordKey({ kind, id }: Pick<ServiceRecord, 'kind' | 'id'>): string {
  return `${kind}/${id}`;
}
