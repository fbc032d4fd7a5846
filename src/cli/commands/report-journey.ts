import type { JourneyReport } from '../../api/contract/journeys.js';
import { day, hour } from '../../domain/time/instant.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { instantText } from '../instant-text.js';
import { option } from '../options.js';
import { money, paragraphs, plural, table } from '../text.js';

export const journeyReportCommand = command({
  name: 'journey report <id>',
  help: 'what happened to the people who met its trigger',
  options: [option('--since <date>', 'entries since then'), option('--until <date>', 'entries before then')],
  run: (context, [id = ''], options) => reportJourney(context, id, options()),
});

/** `journey report <id>`: what became of the people whom a journey met. */
async function reportJourney(
  context: CliContext,
  id: string,
  options: { readonly since?: string; readonly until?: string },
): Promise<Outcome> {
  const api = await context.client();
  const range = {
    since: options.since === undefined ? undefined : instantText(options.since, '--since'),
    until: options.until === undefined ? undefined : instantText(options.until, '--until'),
  };
  const report = await api.get<JourneyReport>(`/v1/journeys/${encodeURIComponent(id)}/report`, range);
  const days =
    report.windowMs >= day ? plural(Math.round(report.windowMs / day), 'day') : plural(Math.round(report.windowMs / hour), 'hour');
  const revenue = report.orders.map(
    (line) =>
      `${plural(line.orders, 'order')} worth ${money(line.revenue, line.currency)} came within ${days} of entering; ${line.ordersAfterMessage} of them, worth ${money(line.revenueAfterMessage, line.currency)}, after a message.`,
  );
  return {
    value: report,
    text: paragraphs(
      `${report.name} (${report.journeyId}) met ${plural(report.met, 'person or cart', 'people or carts')}: ${report.entered} entered, ${total(report.notEntered)} did not, ${report.armedNow} armed now, ${report.openNow} under way.`,
      section(
        'Did not enter',
        table(
          ['reason', 'entries'],
          report.notEntered.map((row) => [row.reason, row.count]),
          '',
        ),
      ),
      section(
        'Messages',
        table(
          [
            'step',
            'channel',
            'sent',
            'delivered',
            'bounced',
            'failed',
            'unknown',
            'pending',
            'tracked',
            'opened',
            'clicked',
            'put off',
            'not sent',
          ],
          report.steps.map((step) => [
            step.step,
            step.channel,
            step.sent,
            step.delivered,
            step.bounced,
            step.failed,
            step.unknown,
            step.pending,
            step.tracked,
            step.opened,
            step.clicked,
            counts(step.deferred),
            counts(step.skipped),
          ]),
          '',
        ),
      ),
      section(
        'Ended',
        table(
          ['outcome', 'reason', 'entries'],
          report.ended.map((row) => [row.outcome, row.reason, row.count]),
          '',
        ),
      ),
      section('Wrong with its events', report.alarms.map(({ sentence }) => sentence).join('\n')),
      revenue.length === 0 ? `No order came within ${days} of entering.` : revenue.join('\n'),
    ),
  };
}

function counts(rows: readonly { readonly reason: string; readonly count: number }[]): string {
  return rows.length === 0 ? '0' : rows.map((row) => `${row.count} ${row.reason}`).join(', ');
}

function section(title: string, body: string): string | null {
  return body === '' ? null : `${title}\n${body}`;
}

function total(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((sum, row) => sum + row.count, 0);
}
