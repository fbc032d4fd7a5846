import { z } from 'zod';
import { instant, maybeInstant, pageQuery, plainText } from './shared.js';

export const keyAct = z
  .object({
    seq: z.number().int(),
    profileId: z.string(),
    eventId: z.string(),
    kind: z.enum(['traits', 'consent', 'claim', 'identity']),
    what: z
      .array(z.string())
      .readonly()
      .meta({ description: 'Names of traits, `email marketing granted`, or kinds of ids and claims; no values.' }),
    at: instant.meta({ description: 'When it happened, as the event says.' }),
    receivedAt: instant,
    undoneAt: maybeInstant,
  })
  .meta({ id: 'KeyAct' });
export type KeyAct = z.input<typeof keyAct>;

const stretch = {
  since: instant.meta({ description: 'Received since this instant.' }),
  until: instant.meta({ description: 'Received before this instant.' }),
};

export const keyActUndoBody = z.strictObject({
  since: stretch.since,
  until: stretch.until.optional(),
  profileIds: z.array(plainText(100)).min(1).max(100).meta({ description: 'People, by the ids in the list of acts.' }),
  refusals: z.boolean().default(false).meta({
    description: 'Also refusals and objections. They may be the person’s own decision: then people who said no get messages again.',
  }),
});

export const undoneKeyActs = z
  .object({
    profileId: z.string(),
    traits: z.array(z.string()).readonly().meta({ description: 'Names of traits that have their earlier values again.' }),
    consents: z.number().int(),
    claims: z.number().int(),
    ids: z.number().int(),
    left: z.number().int().meta({ description: 'Acts with refusals or objections that were not undone.' }),
  })
  .meta({ id: 'UndoneKeyActs' });
export type UndoneKeyActs = z.input<typeof undoneKeyActs>;

export const keyActListQuery = pageQuery.extend({
  profileId: plainText(100).optional(),
  since: stretch.since.optional(),
  until: stretch.until.optional(),
});

export const keyActUndoAnswer = z.object({ items: z.array(undoneKeyActs).readonly() });
export type KeyActUndoAnswer = z.input<typeof keyActUndoAnswer>;
