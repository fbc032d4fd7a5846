import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';

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
