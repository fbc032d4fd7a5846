import type twilio from 'twilio';
import type { AttemptOutcome } from '../../../domain/messages/message.js';
import type { OutgoingSms, Provider, TextLook } from '../../../domain/messages/outgoing.js';
import { withoutPersonalData } from '../../../domain/values/reply-text.js';
import { reachHttp } from '../../reach.js';
import { errorAction } from '../error-codes.js';
import { openLine, TwilioCall, type TwilioLine } from './twilio-call.js';

export interface TwilioSettings {
  readonly accountSid: string;
  readonly authToken: string;
  /** Base address of the API; by default Twilio's own. */
  readonly apiUrl?: string;
  /** Where Twilio reaches the service; no slash at the end. */
  readonly publicUrl: string;
  /** Connections at most. */
  readonly poolSize?: number;
}

export interface TwilioProvider extends Provider<OutgoingSms> {
  /** Calls under way at most; more would wait inside. */
  readonly poolSize: number;
  findMessage(message: OutgoingSms, options: { readonly sentAfterReal: number }): Promise<TextLook>;
}

const defaultPoolSize = 10;
const lookDeadlineMs = 10_000;

/**
 * Sends texts through Twilio's Messages API. Twilio knows no idempotency key, so nothing is ever repeated here: whatever may have reached
 * it without an answer is `unknown`, and 5xx too. The SDK takes 200 ms and 20 MB to load, so that happens at the first text.
 */
export function createTwilioProvider(settings: TwilioSettings): TwilioProvider {
  const poolSize = settings.poolSize ?? defaultPoolSize;
  const line = openLine(settings.apiUrl ?? 'https://api.twilio.com', poolSize);
  return {
    name: 'twilio',
    poolSize,
    submit: (message, options) => submit(line, settings, message, options),
    findMessage: (message, options) => findMessage(line, settings, message, options),
    reach: () => reachHttp(line.baseUrl),
    close: async () => line.agent.destroy(),
  };
}

/** Twilio posts the message's states here; the id proves acceptance even when the answer to the call was lost. */
function statusCallback(settings: TwilioSettings, messageId: string): string {
  return `${settings.publicUrl}/webhooks/twilio/status?message=${encodeURIComponent(messageId)}`;
}

async function submit(
  line: TwilioLine,
  settings: TwilioSettings,
  message: OutgoingSms,
  { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal?: AbortSignal },
): Promise<AttemptOutcome> {
  if (signal?.aborted) return { kind: 'not-sent', code: 'aborted', retry: true };
  const call = new TwilioCall(line);
  return new Promise((resolve) => {
    const end = (outcome: AttemptOutcome) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve({ ...outcome, said: { host: new URL(line.baseUrl).host, reply: outcome.said?.reply ?? null } });
    };
    const giveUp = (code: string) => {
      end(withoutAnswer(call, code));
      call.destroy();
    };
    const onAbort = () => giveUp('aborted');
    const timer = setTimeout(() => giveUp('deadline'), deadlineMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    create(call, settings, message).then(
      (sid) => end(sid ? { kind: 'accepted', providerId: sid } : { kind: 'unknown', code: 'twilio-no-sid' }),
      (error: unknown) => end({ ...outcomeOf(error as TwilioError, call), said: { host: null, reply: saidTo(message, error) } }),
    );
  });
}

async function create(call: TwilioCall, settings: TwilioSettings, message: OutgoingSms): Promise<string | null> {
  const client = await openClient(call, settings);
  const created = await client.messages.create({
    to: message.to,
    ...(message.from.startsWith('MG') ? { messagingServiceSid: message.from } : { from: message.from }),
    body: message.body,
    statusCallback: statusCallback(settings, message.messageId),
    validityPeriod: Math.min(36_000, Math.max(1, Math.floor(message.validitySeconds))),
  });
  return created.sid || null;
}

async function openClient(call: TwilioCall, { accountSid, authToken }: TwilioSettings): Promise<InstanceType<typeof twilio.Twilio>> {
  const { default: sdk } = await import('twilio');
  return new sdk.Twilio(accountSid, authToken, { accountSid, httpClient: call as never });
}

/** What the SDK throws for an answer that is no success. */
interface TwilioError extends Error {
  readonly status?: number;
  readonly code?: number | string;
}

function saidTo({ to, body }: OutgoingSms, error: unknown): string {
  const text = error instanceof Error ? error.message : 'no words';
  return withoutPersonalData(text.replaceAll(body, '…'), [to]);
}

function outcomeOf(error: TwilioError, call: TwilioCall): AttemptOutcome {
  const { status } = call;
  if (status === null) return withoutAnswer(call, `twilio-${String(error.code ?? 'error').toLowerCase()}`);
  const code = typeof error.code === 'number' ? error.code : null;
  const name = code === null ? `http-${status}` : `twilio-${code}`;
  // A success that cannot be read, a redirect, a gateway's time-out: Twilio may have the text.
  if (status < 400 || status >= 500 || status === 408) return { kind: 'unknown', code: name };
  const action = errorAction(code);
  if (action?.kind === 'suppress' && action.messages === 1) return { kind: 'not-sent', code: name, retry: false, suppress: true };
  // A wrong or locked account is mended by an operator, and then the text may go.
  const mayPass = status === 429 || status === 401 || action?.kind === 'back-off' || action?.kind === 'operator';
  if (!mayPass) return { kind: 'not-sent', code: name, retry: false };
  const seconds = Number(call.retryAfter ?? Number.NaN);
  return { kind: 'not-sent', code: name, retry: true, ...(seconds > 0 ? { retryAfterMs: Math.ceil(seconds * 1000) } : {}) };
}

function withoutAnswer(call: TwilioCall, code: string): AttemptOutcome {
  return call.hasBegun ? { kind: 'unknown', code } : { kind: 'not-sent', code, retry: true };
}

// Twilio gives whole seconds, and its clock is not ours.
const clockSkewMs = 60_000;

/**
 * Asks Twilio for a text whose submission got no answer: same number, created since (real clock), same words. The words differ from message
 * to message, because each holds links of its own. Never throws.
 */
async function findMessage(
  line: TwilioLine,
  settings: TwilioSettings,
  message: OutgoingSms,
  { sentAfterReal }: { readonly sentAfterReal: number },
): Promise<TextLook> {
  const call = new TwilioCall(line);
  const timer = setTimeout(() => call.destroy(), lookDeadlineMs);
  try {
    const client = await openClient(call, settings);
    const texts = await client.messages.list({ to: message.to, limit: 200, pageSize: 100 });
    const found = texts.find(
      ({ body, dateCreated, direction }) =>
        direction !== 'inbound' && body.trimEnd() === message.body.trimEnd() && dateCreated.getTime() >= sentAfterReal - clockSkewMs,
    );
    return found ? { kind: 'accepted', providerId: found.sid } : { kind: 'absent' };
  } catch {
    return { kind: 'unknown' };
  } finally {
    clearTimeout(timer);
  }
}
