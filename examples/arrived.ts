import type { ChildInstance } from './instance.js';

/** A mail in the local mailbox: our message's id, whom it reached and when, in real milliseconds. */
export interface ArrivedMail {
  readonly id: string;
  readonly to: string;
  readonly at: number;
}

/** What arrived in the local mailbox, as often as it came. */
export async function mailboxArrivals(instance: Pick<ChildInstance, 'running'>): Promise<readonly ArrivedMail[]> {
  const mails: ArrivedMail[] = [];
  for (let start = 0; ; start += 200) {
    const response = await fetch(`${instance.running.mailboxUrl}/api/v1/messages?start=${start}&limit=200`);
    const page = (await response.json()) as { readonly messages: readonly Summary[] };
    mails.push(
      ...page.messages.map(({ MessageID, To, Created }) => ({
        id: MessageID.replace(/^<|>$/g, '').split('@')[0] ?? '',
        to: To[0]?.Address ?? '',
        at: Date.parse(Created),
      })),
    );
    if (page.messages.length < 200) return mails;
  }
}

interface Summary {
  readonly MessageID: string;
  readonly To: readonly { readonly Address: string }[];
  readonly Created: string;
}

/** Only the ids of what arrived in the mailbox. */
export async function mailboxIds(instance: Pick<ChildInstance, 'running'>): Promise<readonly string[]> {
  return (await mailboxArrivals(instance)).map(({ id }) => id);
}

/**
 * A text that left towards the local phone. Twilio's API tells whole seconds: it came in the one that begins at `at`, in real milliseconds.
 */
export interface ArrivedText {
  readonly sid: string;
  readonly to: string;
  readonly at: number;
}

export async function phoneArrivals(instance: Pick<ChildInstance, 'running'>): Promise<readonly ArrivedText[]> {
  const texts: ArrivedText[] = [];
  let path: string | null = '/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json?PageSize=200';
  while (path !== null) {
    const response = await fetch(`${instance.running.phoneUrl}${path}`);
    const page = (await response.json()) as {
      messages: { sid: string; direction: string; to: string; date_created: string }[];
      next_page_uri: string | null;
    };
    texts.push(
      ...page.messages
        .filter(({ direction }) => direction === 'outbound-api')
        .map(({ sid, to, date_created: created }) => ({ sid, to, at: Date.parse(created) })),
    );
    path = page.next_page_uri;
  }
  return texts;
}

/** Only the SIDs of the texts that left. */
export async function phoneSids(instance: Pick<ChildInstance, 'running'>): Promise<readonly string[]> {
  return (await phoneArrivals(instance)).map(({ sid }) => sid);
}
