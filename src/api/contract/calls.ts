import { z } from 'zod';
import { callKinds } from '../../domain/calls/call.js';
import { instant, maybeInstant, pageQuery, plainText } from './shared.js';

export const call = z
  .object({
    id: z.string().meta({ description: 'The `webhook-id` of the call, and the id of its mail.' }),
    kind: z.enum(callKinds),
    receiver: z.string(),
    profileId: z.string(),
    entryId: z.string(),
    journeyId: z.string(),
    step: z.string(),
    state: z.enum(['waiting', 'done', 'failed']).meta({ description: '`failed`: it was refused, or given up after about a day.' }),
    attempts: z.number(),
    code: z.string().nullable().meta({ description: 'Why the last try did not do: `http-503`, `timeout`, `private-address`.' }),
    createdAt: instant,
    settledAt: maybeInstant,
  })
  .meta({ id: 'Call' });
export type Call = z.input<typeof call>;

export const callListQuery = pageQuery.extend({
  state: call.shape.state.optional(),
  receiver: plainText(100).optional(),
  profileId: plainText(100).optional(),
});

export const callRetryBody = z.union(
  [z.strictObject({ id: plainText(100) }), z.strictObject({ receiver: plainText(100) })],
  'Name one of id and receiver.',
);
export const callRetryAnswer = z.object({ retried: z.number() });
export type CallRetryAnswer = z.input<typeof callRetryAnswer>;

export const receiverList = z
  .object({
    items: z.array(z.object({ name: z.string(), kind: z.enum(['email', 'webhook']), goesTo: z.string() })).readonly(),
  })
  .meta({ id: 'Receivers' });
export type ReceiverList = z.input<typeof receiverList>;

export const receiverKey = z
  .object({ name: z.string(), key: z.string().meta({ description: 'As Standard Webhooks writes it: `whsec_…`.' }) })
  .meta({ id: 'ReceiverKey' });
export type ReceiverKey = z.input<typeof receiverKey>;
