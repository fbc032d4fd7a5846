import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { normaliseAddress } from '../../../domain/messages/channel.js';
import type { DeliveryReceipt } from '../../receipts.js';
import { sms } from '../channel.js';
import type { InboundText } from '../inbound-text.js';

/** A form as Twilio posts it; a name that came twice has both values. */
export type TwilioForm = Readonly<Record<string, string | string[]>>;

/** A webhook as it arrived. */
export interface TwilioRequest {
  /** Path and query exactly as they were asked for. */
  readonly path: string;
  /** The `X-Twilio-Signature` header. */
  readonly signature: string | undefined;
  /** The body as it came: `application/x-www-form-urlencoded`. */
  readonly body: string;
}

/**
 * Checks the signature over the address that Twilio asked for, with and without the default port, in constant time, and only then reads the
 * form. The address is built from the configuration: a Host header would be the sender's own word. Two tokens hold while one is rotated.
 * Null: not from Twilio.
 */
export function readSigned(
  request: TwilioRequest,
  settings: { readonly publicUrl: string; readonly authTokens: readonly string[] },
): TwilioForm | null {
  const { signature } = request;
  if (!signature) return null;
  const form = parseForm(request.body);
  const url = settings.publicUrl.replace(/\/+$/, '') + request.path;
  const isFromTwilio = settings.authTokens.map((token) => validateRequest(token, signature, url, form)).includes(true);
  return isFromTwilio ? form : null;
}

function parseForm(body: string): TwilioForm {
  // No prototype: a field may be called anything.
  const form = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of new URLSearchParams(body)) {
    const known = form[name];
    form[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
  }
  return form;
}

/** One value of the form. */
export function field(form: TwilioForm, name: string): string | null {
  const value = form[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

/** Reads a status callback. Null: it names no message of Twilio's or no status. */
export function readTwilioStatus(form: TwilioForm): DeliveryReceipt | null {
  const providerId = field(form, 'MessageSid') ?? field(form, 'SmsSid');
  const status = field(form, 'MessageStatus') ?? field(form, 'SmsStatus');
  if (!providerId || !status || !/^[a-z_]{1,40}$/.test(status) || !/^\w{1,64}$/.test(providerId)) return null;
  const code = field(form, 'ErrorCode');
  return { provider: 'twilio', providerId, status, code: code && /^\d{1,8}$/.test(code) ? `twilio-${code}` : null, to: field(form, 'To') };
}

const optOutTypes: Readonly<Record<string, InboundText['takenFor']>> = { STOP: 'stop', START: 'start', HELP: 'help' };

/** Reads a text that Twilio hands on. Null: it names no sender or has no id of Twilio's. */
export function readTwilioText(form: TwilioForm): InboundText | null {
  const id = field(form, 'MessageSid') ?? field(form, 'SmsSid');
  const from = normaliseAddress(sms.id, field(form, 'From') ?? '');
  if (!id || !/^\w{1,64}$/.test(id) || !from) return null;
  const body = (field(form, 'Body') ?? '').replaceAll('\0', '\uFFFD');
  const optOutType = field(form, 'OptOutType');
  const takenFor = optOutTypes[optOutType?.toUpperCase() ?? ''] ?? null;
  return { provider: 'twilio', id, channel: sms.id, from, body, takenFor, isAnswered: optOutType !== null };
}
