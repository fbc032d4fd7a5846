import type { ApiClient } from '../instance.js';
import { isVisitor, type QuarterCall } from './people.js';
import type { SteppedInstance } from './stepped-instance.js';

/** A mail as its reader has it, at an instant of the shop's clock. */
export interface ReadMail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly at: number;
}

/** An order as the shop made it: with the code that its buyer used; null: none. */
export interface PlayedCall extends QuarterCall {
  readonly code: string | null;
}

/** Sends each call at its instant. Who orders with a code looks it up in their own mail, as people do. */
export async function playQuarter(
  instance: SteppedInstance,
  calls: readonly QuarterCall[],
  onDay: (at: number) => void,
): Promise<readonly PlayedCall[]> {
  const played: PlayedCall[] = [];
  const mailbox = new Mailbox(instance);
  for (const [place, call] of calls.entries()) {
    await instance.goTo(call.at);
    onDay(call.at);
    const code = call.usesCode === undefined ? null : await mailbox.codeOf(call.who, call.usesCode);
    await send(instance.api, { ...call, code }, place);
    played.push({ ...call, code });
  }
  return played;
}

async function send({ running }: ApiClient, call: PlayedCall, place: number): Promise<void> {
  const { who, code, lateByMs = 0 } = call;
  const sentAt = Date.now();
  const ids = isVisitor(who) ? { anonymousId: who } : { userId: who };
  const said =
    call.call.kind === 'identify'
      ? { type: 'identify', traits: call.call.traits }
      : { type: 'track', event: call.call.event, properties: { ...call.call.properties, ...(code === null ? {} : { coupon: code }) } };
  const event = { ...said, ...ids, messageId: `quarter-${place}`, timestamp: new Date(sentAt - lateByMs).toISOString() };
  const response = await fetch(`${running.apiUrl}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${running.writeKey ?? ''}:`)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ batch: [event], sentAt: new Date(sentAt).toISOString() }),
  });
  if (!response.ok) throw new Error(`The event ${place} was answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
}

/** What lies in the local mailbox. */
export class Mailbox {
  readonly #instance: SteppedInstance;
  readonly #read = new Map<string, ReadMail>();

  constructor(instance: SteppedInstance) {
    this.#instance = instance;
  }

  /** The newest code that begins so in a person's mail; null: none came. */
  async codeOf(who: string, prefix: string): Promise<string | null> {
    const own = (await this.mails()).filter(({ to }) => to === `${who}@example.test`).toSorted((a, b) => b.at - a.at);
    return own.flatMap(({ text }) => codesIn(text)).find((code) => code.startsWith(prefix)) ?? null;
  }

  /** All, each as often as it came. */
  async mails(): Promise<readonly ReadMail[]> {
    const found: ReadMail[] = [];
    for (let start = 0; ; start += 200) {
      const { messages } = await this.#get<{ readonly messages: readonly Summary[] }>(`/api/v1/messages?start=${start}&limit=200`);
      for (const summary of messages) found.push(await this.#open(summary));
      if (messages.length < 200) return found;
    }
  }

  async #open({ ID, MessageID, To, Subject, Created }: Summary): Promise<ReadMail> {
    const known = this.#read.get(ID);
    if (known !== undefined) return known;
    const { Text } = await this.#get<{ readonly Text: string }>(`/api/v1/message/${ID}`);
    const id = MessageID.replace(/^<|>$/g, '').split('@')[0] ?? '';
    const mail = { id, to: To[0]?.Address ?? '', subject: Subject, text: Text, at: this.#instance.shopTimeOf(Date.parse(Created)) };
    this.#read.set(ID, mail);
    return mail;
  }

  async #get<T>(path: string): Promise<T> {
    return (await (await fetch(`${this.#instance.api.running.mailboxUrl}${path}`)).json()) as T;
  }
}

interface Summary {
  readonly ID: string;
  readonly MessageID: string;
  readonly To: readonly { readonly Address: string }[];
  readonly Subject: string;
  readonly Created: string;
}

/** Codes of the shipped offers, as they stand in a text. */
export function codesIn(text: string): readonly string[] {
  return [...text.matchAll(/\b(?:CART|HELLO|BACK)-[A-Z0-9]{10}\b/g)].map(([code]) => code);
}
