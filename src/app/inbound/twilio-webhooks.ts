import { twiml } from '../../channels/sms/answers.js';
import { readSigned, readTwilioStatus, readTwilioText, type TwilioRequest } from '../../channels/sms/providers/twilio-webhook.js';
import type { AppDeps } from '../deps.js';
import { receiveText } from './receive-text.js';
import { type ReceiptResult, recordReceipt } from './record-receipt.js';

/** The tokens that Twilio may sign with: two while one is rotated. */
export interface TwilioKeys {
  readonly twilioAuthTokens: readonly string[];
}

type Deps = AppDeps & TwilioKeys;

/** Takes a status callback of Twilio's. `refused`: it is not signed by Twilio, or says nothing. */
export async function recordTwilioStatus(deps: Deps, request: TwilioRequest): Promise<ReceiptResult | 'refused'> {
  const form = signedForm(deps, request);
  const messageId = new URLSearchParams(request.path.split('?')[1] ?? '').get('message');
  const receipt = form && readTwilioStatus(form);
  return receipt && messageId ? recordReceipt(deps, messageId, receipt) : 'refused';
}

export type TextResult = { readonly kind: 'refused' } | { readonly kind: 'taken'; readonly twiml: string };

/**
 * Takes a text that Twilio hands on. `refused`: it is not signed by Twilio, or names no sender. What it asks for is committed when this
 * answers.
 */
export async function receiveTwilioText(deps: Deps, request: TwilioRequest): Promise<TextResult> {
  const form = signedForm(deps, request);
  const text = form && readTwilioText(form);
  return text ? { kind: 'taken', twiml: twiml(await receiveText(deps, text)) } : { kind: 'refused' };
}

function signedForm({ publicUrl, twilioAuthTokens }: Deps, request: TwilioRequest) {
  return readSigned(request, { publicUrl, authTokens: twilioAuthTokens });
}
