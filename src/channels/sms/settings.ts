import { z } from 'zod';
import { httpUrl } from '../../settings/setting-values.js';
import { channelSettings } from '../channel-settings.js';

/** The account for texts. */
export const smsSettings = channelSettings({
  table: {
    TWILIO_ACCOUNT_SID: {
      schema: z.string().optional(),
      meaning: 'Twilio account; with it texts go to Twilio instead of the local phone.',
    },
    TWILIO_AUTH_TOKEN: { schema: z.string().optional(), secret: true, meaning: 'Twilio auth token: calls and webhook signatures.' },
    TWILIO_API_URL: {
      schema: httpUrl('https://api.twilio.com').optional(),
      meaning: 'Base address of Twilio’s API, for tests and proxies.',
    },
  },
  provider: 'TWILIO_ACCOUNT_SID',
  providerUrl: ({ TWILIO_API_URL }) => TWILIO_API_URL,
  conflicts({ TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_API_URL }) {
    const problems: string[] = [];
    if ((TWILIO_ACCOUNT_SID === undefined) !== (TWILIO_AUTH_TOKEN === undefined))
      problems.push('TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN go together: set both, or neither to use the local phone.');
    if (TWILIO_API_URL !== undefined && TWILIO_ACCOUNT_SID === undefined)
      problems.push(
        'TWILIO_API_URL says where Twilio’s API is, and there is no TWILIO_ACCOUNT_SID: set it with TWILIO_AUTH_TOKEN, or set none of the three to use the local phone.',
      );
    return problems;
  },
});
