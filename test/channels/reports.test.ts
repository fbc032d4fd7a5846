import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { classifyReport } from '../../src/channels/email/bounces/bounce-class.js';
import { readInboundMail } from '../../src/channels/email/inbound-mail.js';

interface Vectors {
  readonly dsn: readonly {
    readonly raw: string;
    readonly expected: {
      readonly reporting_mta: string;
      readonly recipients: readonly Record<'final_recipient' | 'action' | 'status' | 'diagnostic' | 'remote_mta', string | null>[];
    };
  }[];
  readonly arf: readonly { readonly raw: string; readonly expected: Readonly<Record<string, string | readonly string[]>> }[];
  readonly classify: readonly {
    readonly action: string;
    readonly status: string;
    readonly diagnostic: string | null;
    readonly klass: string;
  }[];
}

const vectors = JSON.parse(readFileSync(new URL('../vectors/dsn_arf.json', import.meta.url), 'utf8')) as Vectors;

test.each(vectors.dsn)('reads the notification of $expected.reporting_mta field by field', async ({ raw, expected }) => {
  const mail = await readInboundMail(Buffer.from(raw));
  if (mail.kind !== 'dsn') throw new Error(`It was read as ${mail.kind}.`);

  expect({
    reporting_mta: mail.dsn.reportingMta,
    recipients: mail.dsn.recipients.map(({ finalRecipient, action, status, diagnostic, remoteMta }) => ({
      final_recipient: finalRecipient,
      action,
      status,
      diagnostic,
      remote_mta: remoteMta,
    })),
  }).toEqual(expected);
});

test.each(vectors.arf)(
  'reads a feedback report with its repeated and folded fields, and what came back with it',
  async ({ raw, expected }) => {
    const mail = await readInboundMail(Buffer.from(raw));
    if (mail.kind !== 'feedback') throw new Error(`It was read as ${mail.kind}.`);

    const { _message_id: messageId, _from: from, ...fields } = expected;
    expect(Object.fromEntries(mail.report.fields)).toEqual(fields);
    expect([mail.returned.messageId, mail.returned.from]).toEqual([messageId, from]);
  },
);

test.each(vectors.classify)('calls $action $status ($diagnostic) $klass', ({ klass, ...report }) => {
  expect(classifyReport(report)).toBe(klass.replaceAll('_', '-'));
});

test.each([
  ['554 5.7.1 Recipient address rejected: your message looks like spam', null, 'policy'],
  ['552 Requested mail action aborted: mailbox full', '5.0.0', 'soft'],
  ['550 5.4.4 Host or domain name not found', null, 'hard'],
  ['550 5.1.8 Sender address rejected: domain not found', null, 'policy'],
  ['554 rejected by 10.5.0.0.1', null, 'hard-unconfirmed'],
  ['', '5.6.0', 'policy'],
  ['', '2.0.0', 'informational'],
])('reads "%s" with status %s as %s', (diagnostic, status, found) => {
  expect(classifyReport({ action: 'failed', status, diagnostic })).toBe(found);
});
