import { z } from 'zod';
import { consentCauses, consentStates, legalBases } from '../../domain/consent/consent.js';
import { channels } from '../../domain/messages/channel.js';
import { instant, maybeInstant, plainText } from './shared.js';

export const cart = z
  .object({
    id: z.string(),
    token: z.string(),
    state: z.enum(['open', 'ordered']),
    lines: z.array(z.unknown().meta({ description: 'A product of it: name, quantity, price, and other data from the shop.' })).readonly(),
    currency: z.string().nullable(),
    value: z.number().meta({ description: '0 if its lines have several currencies: `totals` has one amount for each.' }),
    totals: z.array(z.object({ currency: z.string().nullable(), value: z.number() })).readonly(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Cart' });

export const consents = z
  .object({
    now: z
      .array(
        z.object({
          channel: z.enum(channels),
          topic: z.string(),
          granted: z.boolean(),
          cause: z.enum(consentCauses),
          act: z.number().nullable().meta({ description: 'The `seq` of the act that decides.' }),
          sentence: z.string(),
        }),
      )
      .readonly(),
    acts: z
      .array(
        z.object({
          seq: z.number(),
          channel: z.enum(channels),
          topic: z.string(),
          state: z.enum(consentStates),
          at: instant,
          recordedAt: instant,
          method: z.string(),
          source: z.string(),
          text: z.string().nullable(),
          textHash: z.string().nullable(),
          locale: z.string().nullable(),
          sourceUrl: z.string().nullable(),
          ip: z.string().nullable(),
          userAgent: z.string().nullable(),
          legalBasis: z.enum(legalBases).nullable(),
          requestedAt: maybeInstant,
          confirmedAt: maybeInstant,
          expiresAt: maybeInstant,
          actor: z.string().nullable(),
          evidence: z.string().nullable(),
          isQuarantined: z.boolean(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Consents' });
export type Consents = z.input<typeof consents>;

export const profile = z
  .object({
    id: z.string(),
    identities: z.array(z.object({ kind: z.enum(['user', 'anonymous']), value: z.string() })).readonly(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    traits: z.record(z.string(), z.unknown()),
    readings: z
      .array(
        z.object({
          trait: z.string(),
          given: z.string(),
          kept: z.string().nullable().meta({ description: 'Null: it could not be read, so it counts as missing.' }),
        }),
      )
      .readonly()
      .meta({ description: 'Traits for which a different value counts: number, address, zone, country, language, first name.' }),
    flags: z
      .array(
        z.object({
          kind: z.enum(['trait', 'answer']),
          field: z.string(),
          code: z.enum(['mail-domain', 'not-a-number', 'out-of-range', 'not-a-choice', 'not-a-date']),
          given: z.string(),
          suggestion: z.string().nullable().meta({ description: 'What was most likely meant. Nothing is changed by itself.' }),
        }),
      )
      .readonly()
      .meta({ description: 'Values that seem wrong.' }),
    createdAt: instant,
    updatedAt: instant,
    erasedAt: maybeInstant,
    carts: z.array(cart).readonly(),
    orders: z
      .array(
        z.object({
          orderId: z.string(),
          status: z.string(),
          total: z.number().nullable(),
          currency: z.string().nullable(),
          cartId: z.string().nullable(),
          orderedAt: instant,
        }),
      )
      .readonly(),
    consents,
    claims: z
      .array(
        z.object({
          kind: z.enum(['email', 'phone', 'user', 'anonymous']),
          value: z.string(),
          at: instant,
          eventId: z.string(),
          keyId: z.string().nullable(),
        }),
      )
      .readonly()
      .meta({ description: 'Unconfirmed statements of browser keys about the person: kept, but not used.' }),
    suppressions: z
      .array(
        z.object({
          channel: z.string(),
          reason: z.string(),
          at: instant,
          sentence: z.string().meta({ description: 'What it means, and who alone can lift it.' }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Profile' });
export type Profile = z.input<typeof profile>;

export const consentRecordBody = z.object({
  channel: z.enum(channels),
  topic: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/, 'A name such as `cart_reminder`.')
    .default('marketing'),
  state: z.enum(['granted', 'denied', 'withdrawn']),
  method: plainText(200).meta({ description: 'How it was given: `form`, `checkout`, `phone-call`.' }),
  source: plainText(500).meta({ description: 'Where: a page, a form, an agent.' }),
  text: plainText(4000, 0).nullable().default(null).meta({ description: 'The words that the person saw or heard.' }),
  locale: plainText(35, 0).nullable().default(null).meta({ description: 'Their language, as BCP 47.' }),
  sourceUrl: plainText(2000, 0).nullable().default(null),
  actor: plainText(200, 0).nullable().default(null).meta({ description: 'Who records it, if not the person: an id, not a name.' }),
  evidence: plainText(1000, 0).nullable().default(null).meta({ description: 'Where the proof is kept. An import needs one to count.' }),
  legalBasis: z.enum(legalBases).nullable().default(null).meta({ description: '`consent` when absent.' }),
  expiresAt: instant.nullable().default(null).meta({ description: 'It does not count after this; an implied consent needs it.' }),
  doubleOptIn: z.boolean().default(false).meta({ description: 'Ask the person to confirm, even if the policy does not.' }),
  at: instant.optional().meta({ description: 'When; default: now. Never in the future.' }),
});

export const profileFindQuery = z.object({ userId: plainText(255).optional(), anonymousId: plainText(255).optional() });

export const profileEraseAnswer = z.object({ profileId: z.string(), erased: z.boolean(), entries: z.number() });
export type ProfileEraseAnswer = z.input<typeof profileEraseAnswer>;

export const profileExport = z.record(z.string(), z.unknown()).meta({ id: 'ProfileExport' });
export type ProfileExport = z.input<typeof profileExport>;
