/**
 * To add a channel: a folder here with its value in `channel.ts`, and a line in this list. The compiler names what the value must say. The
 * list and the values are pure, so that everybody may read them; what reaches outside stands beside them.
 */
import { email } from './email/channel.js';
import { sms } from './sms/channel.js';

export const channelKinds = [email, sms] as const;
