import { z } from 'zod';
import { alarmCodes } from '../../domain/contracts/alarm.js';
import { instant, maybeInstant } from './shared.js';

export const eventAlarm = z
  .object({
    code: z.enum(alarmCodes),
    key: z.string(),
    readers: z.array(z.string()).readonly(),
    sentence: z.string().meta({ description: 'What is so, and its likely cause.' }),
    since: instant,
  })
  .meta({ id: 'EventAlarm' });

export const eventContract = z
  .object({
    kind: z.enum(['journey', 'segment']),
    id: z.string(),
    version: z.number(),
    events: z
      .array(
        z.object({
          fact: z.string(),
          by: z.enum(['trigger', 'exit', 'goal', 'wait', 'condition']),
          seenAt: maybeInstant.meta({ description: 'The end of the hour in which it was seen last; null: not in nine weeks.' }),
          isOwn: z.boolean().meta({ description: 'Sojourn tells it itself.' }),
          properties: z
            .array(z.object({ name: z.string(), types: z.array(z.string()).readonly().meta({ description: 'Empty: never seen.' }) }))
            .readonly(),
        }),
      )
      .readonly(),
    fields: z.array(z.string()).readonly().meta({ description: 'Traits and answers.' }),
    alarms: z.array(eventAlarm).readonly(),
  })
  .meta({ id: 'EventContract' });
export type EventContract = z.input<typeof eventContract>;

export const eventContracts = z.object({ items: z.array(eventContract).readonly() });
export type EventContracts = z.input<typeof eventContracts>;
