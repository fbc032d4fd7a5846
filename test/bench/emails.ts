import type { OutgoingEmail } from '../../src/domain/messages/outgoing.js';
import { loadShop } from '../../src/project/shop.js';
import { loadTemplates } from '../../src/render/load.js';
import { previewTemplate, readSample } from '../../src/render/preview.js';
import { packageRoot } from '../../src/temporal/package-root.js';
import { makeDkim } from './app.js';
import { Child } from './child.js';
import type { EmailsSetup, EmailsSide } from './emails-sender.js';
import { type Comparison, interleave, type Round, ratioOf, type Side } from './measure.js';
import type { Plan } from './plan.js';

export interface EmailsResult {
  readonly perSecond: Readonly<Record<EmailsSide, number>>;
  readonly rounds: Comparison<EmailsSide>['rounds'];
  readonly cpuMs: Comparison<EmailsSide>['cpuMs'];
  readonly ratioToNodemailer: number;
}

/**
 * A rendered reminder, signed with RSA-2048: our provider against nodemailer's own pool, five sessions each to one server in its own
 * process.
 */
export async function benchEmails(smtpUrl: string, plan: Plan, say: (line: string) => void): Promise<EmailsResult> {
  const sender = new Child('emails-sender.js');
  try {
    const mail = await renderedMail('cart-reminder-1', { data: null, from: 'marketing' });
    await sender.call('start', { smtpUrl, dkim: makeDkim(), mail, sessions: 5 } satisfies EmailsSetup);
    const side = (name: EmailsSide): Side => ({ run: (seconds) => sender.call<Round>('run', { side: name, seconds }) });
    const comparison = await interleave<EmailsSide>(
      { provider: side('provider'), nodemailer: side('nodemailer') },
      plan.emails,
      (name, { rate }) => say(`emails, ${name}: ${rate.toFixed(0)}/s`),
    );
    return {
      perSecond: comparison.rates,
      rounds: comparison.rounds,
      cpuMs: comparison.cpuMs,
      ratioToNodemailer: ratioOf(comparison, 'provider', 'nodemailer'),
    };
  } finally {
    await sender.stop();
  }
}

/** A template of this repository, for the first of its samples. `data`: what a broadcast would bring. */
export async function renderedMail(
  templateId: string,
  as: { readonly data: Readonly<Record<string, unknown>> | null; readonly from: 'marketing' | 'broadcast' },
): Promise<OutgoingEmail> {
  const [set, shop] = await Promise.all([loadTemplates(packageRoot()), loadShop(packageRoot())]);
  const [sample] = set.samples;
  const read = sample === undefined ? null : readSample(sample);
  if (read?.kind !== 'ok') throw new Error('The bench needs a sample that can be read in templates/samples.');
  const context = as.data === null ? read.context : { ...read.context, data: as.data };
  const rendered = await previewTemplate({ set, shop, templateId, context });
  if (rendered.kind !== 'email') throw new Error(`The bench needs the template ${templateId}.`);
  const from = shop.from[as.from];
  return {
    kind: 'email',
    messageId: 'set by the sender',
    from: { name: from.name, address: from.address },
    to: { name: null, address: 'ada@example.test' },
    replyTo: from.replyTo,
    subject: rendered.subject,
    html: rendered.html,
    text: rendered.text,
    unsubscribeUrl: read.context.links.unsubscribe,
    listId: null,
  };
}
