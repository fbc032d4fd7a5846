import { bounceOf, complaintStatus } from '../../domain/messages/bounce.js';
import type { ReportAction } from '../../domain/messages/channel-kind.js';
import { mailboxProviderOf } from '../../domain/messages/mailbox-provider.js';
import { day } from '../../domain/time/instant.js';
import type { ChannelValue, OpenProvider, Surroundings } from '../channel-value.js';
import { checkEmail, normaliseEmail } from './address.js';
import { emailSettings } from './settings.js';

/** Mail: it may go at any hour, tells who runs the mailbox, and may go out once more when nobody knows whether it left (decision 008). */
export const email = {
  id: 'email',
  words: {
    one: 'email',
    many: 'emails',
    mass: 'mail',
    address: 'email address',
    shortAddress: 'address',
    ownAddress: 'email address',
    accepted: 'The mail server accepted the email.',
    cameBack: 'A message to this address bounced.',
    alsoCalled: ['email', 'e_mail', 'emails', 'e_mails', 'mail', 'newsletter'],
  },
  pages: { en: { title: 'By email', by: 'by email' }, de: { title: 'Per E‑Mail', by: 'per E-Mail' } },
  address: {
    keptIn: { column: 'email' },
    suppressedAs: 'email',
    normalise: normaliseEmail,
    check: checkEmail,
    providerOf: mailboxProviderOf,
    countryOf: () => null,
  },
  form: 'designed',
  plain: null,
  templates: { confirm: 'double-opt-in', dataLink: 'data-link', freshLinks: 'fresh-links' },
  staysHere: { code: 'mail-stays-here', sentence: 'Emails go to the local mailbox and reach nobody: set SMTP_URL.' },
  unclear: { kind: 'repeat', said: 'No answer came from the mail server; the same email is sent once more under the same id.' },
  leavesWithoutLook: true,
  hours: { usual: 'any', widest: null, laws: [], validitySeconds: null },
  readReport: readMailReport,
  stopsBy: 'link',
  ceiling: { windowMs: 7 * day, limit: 7 },
  tracking: { links: 'always', tellsInterest: true, hasView: true },
  fallsBackTo: 'sms',
  hasCountryBudget: false,
  deliveredAfterMs: 3 * day,
  hasBreakers: true,
  introducesItself: false,
  cartWithinMs: null,
  settings: emailSettings,
  standIn: 'mailbox',
  open: async (around: Surroundings): Promise<OpenProvider> => (await import('./open.js')).openEmail(around),
} as const satisfies ChannelValue;

/** What a bounce or a complaint says of the address is in its status. */
function readMailReport({ status }: { readonly status: string }): ReportAction | null {
  if (status === complaintStatus) return { kind: 'complaint' };
  const bounce = bounceOf(status);
  return bounce === null ? null : { kind: 'bounce', bounce };
}
