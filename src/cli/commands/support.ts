import type { MessageAgainAnswer, ProfileExitAnswer, SupportPage } from '../../api/contract/support.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfileId } from '../find-profile.js';
import { option } from '../options.js';
import { oneLine } from '../printable.js';
import { paragraphs, plural, table } from '../text.js';
import { endText } from './holds.js';
import { taskTable } from './tasks.js';

export const profileTakeOutCommand = command({
  name: 'profile take-out <person>',
  help: 'take a person out of all journeys, before their next message',
  options: [option('--reason <code>', 'why, such as complaint (default: by-request)')],
  run: (context, [person = ''], options) => takeOut(context, person, options()),
});

/** `profile take-out <person>` */
async function takeOut(context: CliContext, person: string, { reason }: { readonly reason?: string }): Promise<Outcome> {
  const api = await context.client();
  const profileId = await findProfileId(api, person, { exactly: true });
  const path = `/v1/profiles/${encodeURIComponent(profileId)}/exit`;
  const answer = await api.post<ProfileExitAnswer>(path, reason === undefined ? undefined : { reason });
  const text =
    answer.entries === 0 ? `${profileId} is in no journey.` : `${plural(answer.entries, 'entry exits', 'entries exit')} their journey.`;
  return { value: answer, text };
}

export const messageAgainCommand = command({
  name: 'message again <id>',
  help: 'send a message again that left before, to the person’s present address',
  run: (context, [id = '']) => again(context, id),
});

/** `message again <id>` */
async function again(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const answer = await api.post<MessageAgainAnswer>(`/v1/messages/${encodeURIComponent(id)}/again`);
  return { value: answer, text: `Sent again as ${answer.messageId}.` };
}

/** What support wants to see first: what is wrong, and what comes next. Null: nothing is to be said. */
export function supportText(page: SupportPage, local: (instant: string) => string): string | null {
  const { holds, tasks, records, next } = page;
  const text = paragraphs(
    holds
      .map((hold) => `Marketing is on hold (${hold.reason})${endText(hold)}, at most until ${local(hold.until)}: ${hold.id}.`)
      .join('\n'),
    section('Tasks', taskTable(tasks, local, '')),
    section(
      'Tickets and feedback',
      table(
        ['what', 'id', 'state', 'rating', 'order', 'about', 'when'],
        records.map(({ kind, id, state, rating, orderId, subject, comment, openedAt }) => {
          return [
            kind,
            oneLine(id),
            state ?? '',
            rating ?? '',
            orderId ?? '',
            oneLine(subject ?? comment ?? '').slice(0, 60),
            local(openedAt),
          ];
        }),
        '',
      ),
    ),
    section('What comes next', next.map(({ journeyId, what, stoppedBy }) => `${journeyId}: ${what}${stopText(stoppedBy)}`).join('\n')),
  );
  return text === '' ? null : text;
}

function stopText(by: readonly string[]): string {
  return by.length === 0 ? '' : ` Before that it ends by ${by.join(', or ')}.`;
}

/** The rest of the page: what was sent and why, what is on its way, what the person said, and who did what. */
export function detailText(page: SupportPage, local: (instant: string) => string): string | null {
  const when = (instant: string | null): string => (instant === null ? '' : local(instant));
  const text = paragraphs(
    section(
      'Shipments',
      table(
        ['order', 'shipment', 'shipped', 'promised', 'trouble', 'delivered'],
        page.shipments.map((one) => [
          one.orderId,
          one.shipmentId,
          when(one.shippedAt),
          when(one.promisedAt),
          when(one.exceptionAt),
          when(one.deliveredAt),
        ]),
        '',
      ),
    ),
    section(
      'Answers',
      table(
        ['question', 'answer', 'when', 'source'],
        page.answers
          .filter(({ isCurrent }) => isCurrent)
          .map((one) => [one.name, one.isHidden ? '(hidden)' : oneLine(plain(one.value)), local(one.answeredAt), one.source]),
        '',
      ),
    ),
    section(
      'Messages, and why',
      page.messages.map((one) => `${local(one.at)}  ${one.channel} ${one.template} (${one.id}): ${one.state}. ${one.why}`).join('\n'),
    ),
    section('Done by the team', page.acts.map(({ at, act, by }) => `${local(at)}  ${act} by ${by ?? 'nobody'}`).join('\n')),
  );
  return text === '' ? null : text;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function section(title: string, body: string): string | null {
  return body === '' ? null : `${title}\n${body}`;
}
