import { generateKeyPairSync } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import DKIM from 'nodemailer/lib/dkim';
import type { InboundEmailDeps } from '../../src/app/inbound/receive-email.js';
import { type FeedbackLoop, readFeedbackLoops } from '../../src/domain/messages/feedback-loop.js';

/** Somebody who signs mail, and DNS with their key. */
export interface SigningProvider {
  readonly domain: string;
  readonly record: string;
  sign(raw: string): Promise<string>;
}

/** With a key of its own, made now. */
export function signingProvider(domain: string, selector = 's1'): SigningProvider {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signer = new DKIM({ domainName: domain, keySelector: selector, privateKey: pem });
  return {
    domain,
    record: `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`,
    sign: async (raw) => (await buffer(signer.sign(raw.replaceAll(/\r?\n/g, '\r\n')))).toString(),
  };
}

/** A local DNS: the keys of these, and nothing else. `asked` collects what was asked for. */
export function localDns(providers: readonly SigningProvider[], asked: string[] = []): InboundEmailDeps['resolveTxt'] {
  return async (name) => {
    asked.push(name);
    const found = providers.find(({ domain }) => name === `s1._domainkey.${domain}`);
    if (!found) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    return [[found.record]];
  };
}

export function loops(text: string): readonly FeedbackLoop[] {
  return readFeedbackLoops(text).loops;
}

/** What mail that comes back needs beyond a turn: no feedback loop, and a DNS without names. */
export const noFeedbackLoops: Pick<InboundEmailDeps, 'feedbackLoops' | 'resolveTxt'> = { feedbackLoops: [], resolveTxt: localDns([]) };
