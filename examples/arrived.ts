import type { ChildInstance } from './instance.js';

/** What arrived in the local mailbox: our message ids, as often as they came. */
export async function mailboxIds(instance: Pick<ChildInstance, 'running'>): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let start = 0; ; start += 200) {
    const response = await fetch(`${instance.running.mailboxUrl}/api/v1/messages?start=${start}&limit=200`);
    const page = (await response.json()) as { readonly messages: readonly { readonly MessageID: string }[] };
    ids.push(...page.messages.map(({ MessageID }) => MessageID.replace(/^<|>$/g, '').split('@')[0] ?? ''));
    if (page.messages.length < 200) return ids;
  }
}

/** SIDs of the texts that left towards the local phone. */
export async function phoneSids(instance: Pick<ChildInstance, 'running'>): Promise<readonly string[]> {
  const sids: string[] = [];
  let path: string | null = '/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json?PageSize=200';
  while (path !== null) {
    const response = await fetch(`${instance.running.phoneUrl}${path}`);
    const page = (await response.json()) as { messages: { sid: string; direction: string }[]; next_page_uri: string | null };
    sids.push(...page.messages.filter(({ direction }) => direction === 'outbound-api').map(({ sid }) => sid));
    path = page.next_page_uri;
  }
  return sids;
}
