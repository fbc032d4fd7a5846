import { type FeedbackLoop, loopsOfSender } from '../../domain/messages/feedback-loop.js';

/**
 * Answers the TXT records of a name, each as its strings. Throws as `node:dns` does: `ENOTFOUND`, `ENODATA`, or another code when DNS is
 * away.
 */
export type ResolveTxt = (name: string) => Promise<readonly (readonly string[])[]>;

/** `away`: DNS did not answer, so its key is unknown; the sender should try again. */
export type FeedbackProof = 'verified' | 'unverified' | 'away';

/** A header of this size or with more signatures is no report's, and would make us ask DNS at somebody else's will. */
const headerBytes = 64 * 1024;
const signaturesAtMost = 8;

/**
 * Does this mail come from a feedback loop that the shop has signed up for? It does where its one From is that of a loop, and the loop's
 * domain has signed the From and the whole body (DKIM, RFC 6376).
 */
export async function verifyFeedback(received: Buffer, loops: readonly FeedbackLoop[], resolveTxt: ResolveTxt): Promise<FeedbackProof> {
  const raw = withWireEnds(received);
  const end = raw.indexOf('\r\n\r\n');
  const header = raw.subarray(0, end === -1 ? headerBytes : end).toString('latin1');
  if (loops.length === 0 || header.length > headerBytes || !isWellBegun(header)) return 'unverified';
  // Loaded when the first report comes: most processes never see one.
  const { dkimVerify } = await import('mailauth/lib/dkim/verify.js');
  const asked = new Set(loops.map(({ domain }) => domain));
  const { headerFrom, results } = await dkimVerify(raw, {
    resolver: async (name) => {
      const [, domain = ''] = /\._domainkey\.(.+)$/.exec(name.toLowerCase()) ?? [];
      if (!asked.has(domain)) throw Object.assign(new Error('No loop of ours'), { code: 'ENOTFOUND' });
      return (await resolveTxt(name)).map((strings) => [...strings]);
    },
  });
  const [from] = headerFrom;
  if (from === undefined || headerFrom.length !== 1) return 'unverified';
  const signers = new Set(loopsOfSender(loops, from).map(({ domain }) => domain));
  const ofLoop = results.filter(({ signingDomain }) => signers.has(signingDomain?.toLowerCase() ?? ''));
  if (ofLoop.some(isProof)) return 'verified';
  return ofLoop.some(({ status }) => status.result === 'temperror') ? 'away' : 'unverified';
}

/** Some programs hand a mail on with the line ends of their files; it was signed with those of the wire. */
function withWireEnds(raw: Buffer): Buffer {
  return raw.includes('\r\n') ? raw : Buffer.from(raw.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
}

/** One From, so that what is shown is what was signed; few signatures, none over a part of the body. */
function isWellBegun(header: string): boolean {
  const fields = header.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const named = (name: RegExp): readonly string[] => fields.filter((field) => name.test(field));
  const signatures = named(/^dkim-signature[ \t]*:/i);
  return (
    named(/^from[ \t]*:/i).length === 1 &&
    named(/^content-type[ \t]*:/i).length <= 1 &&
    signatures.length > 0 &&
    signatures.length <= signaturesAtMost &&
    !signatures.some((signature) => /[;:]\s*l\s*=/i.test(signature))
  );
}

interface Signature {
  readonly status: { readonly result: string };
  readonly signingHeaders?: { readonly keys?: string };
  readonly signatureTimeValid?: boolean;
  readonly canonBodyLengthLimited?: boolean;
}

function isProof({ status, signingHeaders, signatureTimeValid, canonBodyLengthLimited }: Signature): boolean {
  const signed = (signingHeaders?.keys ?? '').toLowerCase().split(/[\s:]+/);
  return status.result === 'pass' && signatureTimeValid !== false && canonBodyLengthLimited !== true && signed.includes('from');
}
