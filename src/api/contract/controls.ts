import { z } from 'zod';
import { channels, eachChannel } from '../../domain/messages/channel.js';
import { maybeInstant } from './shared.js';

const scope = z.enum(['all', ...channels]);

export const controlSwitchBody = z.object({ scope, action: z.enum(['pause', 'resume']) });

export const controls = z
  .object({
    paused: z
      .object({ all: maybeInstant, ...eachChannel(() => maybeInstant) })
      .meta({ description: 'Since when each scope is paused; null: it is not.' }),
  })
  .meta({ id: 'Controls' });

export const controlSwitchAnswer = controls.extend({
  changed: z.boolean(),
  entries: z.number().meta({ description: 'Held entries that continue.' }),
});
export type ControlSwitchAnswer = z.input<typeof controlSwitchAnswer>;
