import { z } from 'zod';
import { instant, maybeInstant, plainText } from './shared.js';

export const codesBody = z.strictObject({
  codes: z
    .array(plainText(200))
    .min(1)
    .max(1000)
    .meta({ description: 'As the shop accepts them. Codes that are there already stay as they are.' }),
});

export const codesTaken = z
  .object({
    added: z.number(),
    known: z.number().meta({ description: 'The offer had them already.' }),
    ofOthers: z.number().meta({ description: 'Another offer has them: they were not added.' }),
    repeated: z.number().meta({ description: 'Written twice among these.' }),
    unreadable: z.array(z.number()).readonly().meta({ description: 'The places, from 0, of texts that are no codes.' }),
  })
  .meta({ id: 'CodesTaken' });
export type CodesTaken = z.input<typeof codesTaken>;

const benefit = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('percent'), percent: z.number(), atMost: z.number().nullable() }),
  z.object({ kind: z.literal('amount'), amount: z.number() }),
  z.object({ kind: z.literal('free_shipping') }),
  z.object({ kind: z.literal('gift'), product: z.string(), name: z.string().nullable() }),
]);

export const promise = z
  .object({
    code: z.string(),
    offer: z.string(),
    version: z.number(),
    profileId: z.string().meta({ description: 'Who was given it.' }),
    entryId: z.string(),
    journeyId: z.string(),
    benefit,
    currency: z.string().nullable(),
    minimum: z.number().nullable(),
    products: z.array(z.string()).readonly(),
    issuedAt: instant,
    expiresAt: instant,
    shownAt: maybeInstant.meta({ description: 'When the first message with it was accepted.' }),
    state: z.enum(['open', 'redeemed', 'expired', 'void']),
    redeemedAt: maybeInstant,
    uses: z.number().meta({ description: 'Orders that used it and stand.' }),
    isLeaked: z.boolean().meta({ description: 'Somebody else used it.' }),
    cost: z.number().meta({ description: 'What its orders had off.' }),
  })
  .meta({ id: 'Promise' });
export type PromiseAnswer = z.input<typeof promise>;

const offerReport = z
  .object({
    id: z.string(),
    currency: z.string().nullable(),
    issued: z.number(),
    shown: z.number(),
    open: z.number(),
    redeemed: z.number(),
    leaked: z.number().meta({ description: 'Of the redeemed: used by somebody else.' }),
    expired: z.number(),
    void: z.number(),
    cost: z.number().meta({ description: 'What the redeemed ones cost.' }),
    openCost: z.number().meta({ description: 'What the open ones may still cost at most.' }),
    freeCodes: z.number().meta({ description: 'Imported codes that nobody has.' }),
  })
  .meta({ id: 'OfferReport' });
export const offerReports = z.object({ items: z.array(offerReport).readonly() });
export type OfferReports = z.input<typeof offerReports>;
