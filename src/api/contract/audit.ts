import { z } from 'zod';
import { instant, pageQuery, plainText } from './shared.js';

export const auditedAct = z
  .object({
    seq: z.number().int(),
    at: instant,
    act: z.string().meta({ description: 'What was done, as `noun.verb`: `profile.export`.' }),
    kind: z.enum(['read', 'change']),
    actorKind: z
      .enum(['api-key', 'person', 'system'])
      .meta({ description: '`person`: the person, with a link of ours; `system`: the program.' }),
    actorId: z.string().nullable().meta({ description: 'The id of the API key.' }),
    actorName: z.string().nullable().meta({ description: 'The name of the API key.' }),
    profileIds: z.array(z.string()).readonly().meta({ description: 'Whom it was about. Ids of erased people stay.' }),
    subject: z.string().nullable().meta({ description: 'What else it was about, by our id or its name.' }),
    requestId: z.string().nullable(),
    status: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'Of the answer. Null: in progress, or interrupted: then it may or may not have been done.' }),
  })
  .meta({ id: 'AuditedAct' });
export type AuditedAct = z.input<typeof auditedAct>;

export const auditListQuery = pageQuery.extend({
  profileId: plainText(100).optional().meta({ description: 'About this person, under any of their profile ids.' }),
  keyId: plainText(100).optional().meta({ description: 'By this API key.' }),
  act: plainText(100).optional().meta({ description: 'This act (`profile.export`), or all acts of a noun (`profile`).' }),
  since: instant.optional(),
  until: instant.optional(),
});
