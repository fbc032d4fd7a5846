import fastify from 'fastify';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { twilioRoutes } from '../../src/api/routes/twilio.js';
import type { AppDeps } from '../../src/app/deps.js';

const token = 'twilio-test-token';

/** Posts webhooks to the real routes, signed as Twilio signs them. */
export function twilioWebhooks(deps: AppDeps) {
  const server = fastify();
  void server.register(twilioRoutes({ ...deps, twilioAuthTokens: [token] }));
  const post = (
    path: string,
    params: Readonly<Record<string, string>>,
    signature = getExpectedTwilioSignature(token, deps.publicUrl + path, { ...params }),
  ) =>
    server.inject({
      method: 'POST',
      url: path,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
      payload: new URLSearchParams(params).toString(),
    });
  return {
    post,
    /** A status callback; `code` is Twilio's ErrorCode. */
    status: (messageId: string, status: string, more: { readonly sid?: string; readonly code?: string; readonly to?: string } = {}) => {
      const sid = more.sid ?? `SM-${messageId}`.replace(/\W/g, '');
      const to = more.to ?? '+447700900123';
      return post(`/webhooks/twilio/status?message=${messageId}`, {
        MessageSid: sid,
        MessageStatus: status,
        To: to,
        ...(more.code === undefined ? {} : { ErrorCode: more.code }),
      });
    },
    /** A text that came in. */
    text: (sid: string, body: string, more: Readonly<Record<string, string>> = {}) =>
      post('/webhooks/twilio/inbound', { MessageSid: sid, From: '+447700900123', To: '+447700900000', Body: body, ...more }),
  };
}
