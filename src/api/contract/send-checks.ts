import { z } from 'zod';
import { channels, messageClasses } from '../../domain/messages/channel.js';
import { instant, plainText, recipient } from './shared.js';

export const sendCheckBody = z.object({
  to: recipient,
  channel: z.enum(channels),
  topic: plainText(100),
  class: z.enum(messageClasses),
  priority: z.number().int().min(0).max(100).optional().meta({ description: '0–100, higher wins; default: that of the class.' }),
  at: instant.optional().meta({ description: 'A future instant to ask about, with the person’s present state.' }),
});
