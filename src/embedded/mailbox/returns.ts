import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createTransport } from 'nodemailer';

/** What becomes of a mail after it was taken: it comes back with this status, or its reader complains. */
export type Fate = { readonly kind: 'bounce'; readonly status: string } | { readonly kind: 'complaint' };

/** The mail that it is about. */
export interface Returned {
  readonly raw: Buffer;
  readonly from: string;
  readonly to: string;
}

/**
 * What an address asks for: `+bounce` in its local part bounces with 5.1.1, `+bounce-4.2.2` with that, `+complain` is complained about. So
 * a person can be made whose mails come back.
 */
export function fateOfAddress(address: string): Fate | null {
  const local = address.slice(0, address.lastIndexOf('@'));
  const [, status] = /\+bounce(?:-([45]\.\d{1,3}\.\d{1,3}))?$/i.exec(local) ?? [null];
  if (/\+bounce(-|$)/i.test(local)) return { kind: 'bounce', status: status ?? '5.1.1' };
  return /\+complain$/i.test(local) ? { kind: 'complaint' } : null;
}

const host = 'mailbox.localhost';
const selector = 'mailbox';

/** Complaints come from here, signed, as from the feedback loop of a mailbox provider. */
export const complaintsOfMailbox = { address: `complaints@${host}`, domain: host };

const pausesMs = [200, 1000, 5000, 15_000, 60_000];

/** Sends reports back to where a mail came from, over SMTP as a mail server does. */
export class Returns {
  #door: { readonly host: string; readonly port: number } | null = null;
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #keys: { readonly privateKey: string; readonly record: string } | null = null;

  /** The public key that signs complaints, for its name in DNS and no other. */
  resolveTxt(name: string): readonly (readonly string[])[] | null {
    return name === `${selector}._domainkey.${host}` ? [[this.#signingKeys().record]] : null;
  }

  /** Made when the first mail is complained about: a key takes longer than a mail. */
  #signingKeys(): { readonly privateKey: string; readonly record: string } {
    if (this.#keys) return this.#keys;
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.#keys = {
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      record: `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`,
    };
    return this.#keys;
  }

  /** Where mail for the senders' return addresses is taken; a mail server would find it by MX. `smtp://host:port`. */
  setDoor(url: string): void {
    const { hostname, port } = new URL(url);
    this.#door = { host: hostname, port: Number(port) };
  }

  /** In the background; tried again for a minute or so. */
  send(fate: Fate, mail: Returned): void {
    if (this.#door === null || mail.from === '') return;
    const sending = this.#deliver(fate, mail).catch(() => undefined);
    this.#underWay.add(sending);
    void sending.finally(() => this.#underWay.delete(sending));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#underWay);
  }

  async #deliver(fate: Fate, mail: Returned): Promise<void> {
    const to = fate.kind === 'bounce' ? mail.from : `fbl@${mail.from.slice(mail.from.lastIndexOf('@') + 1)}`;
    const raw = fate.kind === 'bounce' ? notification(mail, fate.status) : complaint(mail);
    for (const pauseMs of [...pausesMs, null]) {
      if (this.#closing.signal.aborted || this.#door === null) return;
      const transport = createTransport({ ...this.#door, secure: false, ignoreTLS: true, connectionTimeout: 5000 });
      try {
        await transport.sendMail({
          envelope: { from: '', to: [to] },
          raw,
          ...(fate.kind === 'complaint'
            ? { dkim: { domainName: host, keySelector: selector, privateKey: this.#signingKeys().privateKey } }
            : {}),
        });
        return;
      } catch (error) {
        const { responseCode } = error as { readonly responseCode?: number };
        if ((responseCode !== undefined && responseCode >= 500) || pauseMs === null) return;
        await this.#pause(pauseMs);
      } finally {
        transport.close();
      }
    }
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    });
  }
}

/** A delivery status notification (RFC 3464), with the header of the mail that it is about. */
function notification(mail: Returned, status: string): string {
  const isFinal = status.startsWith('5');
  const code = `${isFinal ? '550' : '452'} ${status} ${isFinal ? 'No such mailbox here' : 'Not now'}`;
  return report(mail, {
    from: `Mail Delivery System <mailer-daemon@${host}>`,
    type: 'delivery-status',
    subject: 'Undelivered Mail Returned to Sender',
    text: 'Your message could not be delivered to its recipient.',
    fields: [
      `Reporting-MTA: dns; ${host}`,
      '',
      `Final-Recipient: rfc822; ${mail.to}`,
      'Action: failed',
      `Status: ${status}`,
      `Remote-MTA: dns; ${host}`,
      `Diagnostic-Code: smtp; ${code}`,
    ],
  });
}

/** A feedback report (RFC 5965) as mailbox providers send them: the complaining address is blacked out. */
function complaint(mail: Returned): string {
  return report(mail, {
    from: complaintsOfMailbox.address,
    type: 'feedback-report',
    subject: 'Abuse report',
    text: 'This is an abuse report about a mail that came from you.',
    fields: ['Feedback-Type: abuse', 'User-Agent: LocalMailbox/1', 'Version: 1', 'Original-Rcpt-To: <redacted@redacted.example>'],
  });
}

function report(
  mail: Returned,
  of: Readonly<Record<'from' | 'type' | 'subject' | 'text', string>> & { readonly fields: readonly string[] },
): string {
  const boundary = randomBytes(12).toString('hex');
  const part = (type: string, lines: readonly string[]): readonly string[] => [`--${boundary}`, `Content-Type: ${type}`, '', ...lines, ''];
  const header = mail.raw.toString('latin1').split(/\r?\n\r?\n/)[0] ?? '';
  return [
    `From: ${of.from}`,
    `Subject: ${of.subject}`,
    `Date: ${new Date().toUTCString()}`,
    `Message-ID: <${randomBytes(12).toString('hex')}@${host}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${of.type}; boundary="${boundary}"`,
    '',
    ...part('text/plain', [of.text]),
    ...part(`message/${of.type}`, of.fields),
    ...part('text/rfc822-headers', header.split(/\r?\n/)),
    `--${boundary}--`,
    '',
  ].join('\r\n');
}
