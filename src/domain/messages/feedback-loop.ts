/**
 * A mailbox provider's feedback loop as the shop has signed up for it: who sends the reports, and whose signature proves that. A provider's
 * own customers can write under its domain too, so the address is part of it.
 */
export interface FeedbackLoop {
  /** Of the report's From, lower case; null: any at `domain`, where only its reports come from. */
  readonly address: string | null;
  /** Of the DKIM signature (d=), lower case. */
  readonly domain: string;
}

/**
 * Reads `staff@hotmail.com, feedback@arf.mail.yahoo.com=yahoo.com, @fbl.example.net`: addresses, with the domain that signs where it is
 * another one; `@` starts a domain of which every address counts. `problems`: the parts that are neither.
 */
export function readFeedbackLoops(text: string): { readonly loops: readonly FeedbackLoop[]; readonly problems: readonly string[] } {
  const loops: FeedbackLoop[] = [];
  const problems: string[] = [];
  for (const written of text.split(/[\s,;]+/).filter((one) => one !== '')) {
    const [, local, host, signer] =
      /^([^@\s=]{0,64})@([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:=([a-z0-9-]+(?:\.[a-z0-9-]+)+))?$/.exec(written.toLowerCase()) ?? [];
    if (host === undefined)
      problems.push(`"${written}" is neither an address such as staff@hotmail.com nor a domain such as @fbl.example.net`);
    else loops.push({ address: local === undefined || local === '' ? null : `${local}@${host}`, domain: signer ?? host });
  }
  return { loops, problems };
}

/** The loops whose reports have this sender. */
export function loopsOfSender(loops: readonly FeedbackLoop[], from: string): readonly FeedbackLoop[] {
  const address = from.toLowerCase();
  const host = address.slice(address.lastIndexOf('@') + 1);
  return loops.filter((loop) => (loop.address === null ? loop.domain === host : loop.address === address));
}
