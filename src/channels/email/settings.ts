import { z } from 'zod';
import { readFeedbackLoops } from '../../domain/messages/feedback-loop.js';
import { domain, host, port, smtpUrl } from '../../settings/setting-values.js';
import { channelSettings } from '../channel-settings.js';

/** The mail server, the mail that comes back, and the signature. */
export const emailSettings = channelSettings({
  table: {
    SMTP_URL: { schema: smtpUrl.optional(), secret: true, meaning: 'smtp:// or smtps:// server instead of the local mailbox.' },
    SOJOURN_EMAIL_CONNECTIONS: {
      schema: z.coerce.number().int().min(1).max(100).default(20),
      meaning: 'Maximum of sessions that this process opens to the mail server, as needed; fewer if the server allows fewer.',
    },
    BOUNCE_DOMAIN: {
      schema: domain('bounces.shop.example').optional(),
      meaning:
        'Domain of the return addresses, whose mail comes to us: bounces, complaints, unsubscribes by mail. bounce.localhost with the local mailbox.',
    },
    SOJOURN_INBOUND_SMTP_PORT: {
      schema: port.optional(),
      meaning: 'Port on which mail for BOUNCE_DOMAIN is received over SMTP; absent: off. With the local mailbox: a free one.',
    },
    SOJOURN_INBOUND_SMTP_HOST: { schema: host.default('127.0.0.1'), meaning: 'Address on which mail for BOUNCE_DOMAIN is received.' },
    EMAIL_WEBHOOK_TOKEN: {
      schema: z.string().min(16).optional(),
      secret: true,
      meaning: 'Token for POST /webhooks/email/inbound, which receives such mail over HTTP; an API key works too.',
    },
    FEEDBACK_LOOPS: {
      schema: z
        .string()
        .superRefine((text, context) => {
          for (const message of readFeedbackLoops(text).problems) context.addIssue({ code: 'custom', message });
        })
        .optional(),
      meaning:
        'Senders of the feedback loops that you have signed up for, such as staff@hotmail.com: their complaints count at fbl@ when their domain has signed them (DKIM).',
    },
    DKIM_DOMAIN: { schema: domain('shop.example').optional(), meaning: 'Domain that signs mail (d=).' },
    DKIM_SELECTOR: { schema: z.string().optional(), meaning: 'DKIM selector (s=).' },
    DKIM_PRIVATE_KEY: {
      schema: z.string().optional(),
      secret: true,
      meaning: 'PEM of the DKIM private key, or @path of a file with it.',
    },
  },
  provider: 'SMTP_URL',
  providerUrl: ({ SMTP_URL }) => SMTP_URL,
  conflicts({ SOJOURN_INBOUND_SMTP_PORT, BOUNCE_DOMAIN, SMTP_URL, DKIM_DOMAIN, DKIM_SELECTOR, DKIM_PRIVATE_KEY }) {
    const problems: string[] = [];
    if (SOJOURN_INBOUND_SMTP_PORT !== undefined && BOUNCE_DOMAIN === undefined && SMTP_URL !== undefined)
      problems.push('SOJOURN_INBOUND_SMTP_PORT takes mail for BOUNCE_DOMAIN: say which domain that is, and point its MX record here.');
    const dkim = [DKIM_DOMAIN, DKIM_SELECTOR, DKIM_PRIVATE_KEY].filter((value) => value !== undefined).length;
    if (dkim !== 0 && dkim !== 3) problems.push('DKIM_DOMAIN, DKIM_SELECTOR and DKIM_PRIVATE_KEY go together: set all three, or none.');
    return problems;
  },
});

/** Return addresses of the local mailbox, which finds the door by itself. */
const localBounceDomain = 'bounce.localhost';

/**
 * The domain of the return addresses of our mail; null: it has none, and bounces come to the sender. `isLocal`: mail goes to the local
 * mailbox.
 */
export function bounceDomainOf({ BOUNCE_DOMAIN }: { readonly BOUNCE_DOMAIN?: string | undefined }, isLocal: boolean): string | null {
  return BOUNCE_DOMAIN ?? (isLocal ? localBounceDomain : null);
}
