import type { Surroundings } from '../channel-value.js';
import { createTwilioProvider, type TwilioProvider } from './providers/twilio.js';
import { smsSettings } from './settings.js';

/** The account of the settings, or the local phone. */
export async function openSms({ settings: all, standIn, address }: Surroundings): Promise<TwilioProvider> {
  const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_API_URL } = smsSettings.of(all);
  const apiUrl = TWILIO_API_URL ?? standIn?.url;
  return createTwilioProvider({
    accountSid: TWILIO_ACCOUNT_SID ?? standIn?.login?.user ?? '',
    authToken: TWILIO_AUTH_TOKEN ?? standIn?.login?.password ?? '',
    ...(apiUrl === undefined ? {} : { apiUrl }),
    get publicUrl() {
      return address.publicUrl;
    },
  });
}
