import type { Hold, HoldReleaseAnswer } from '../../api/contract/holds.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfileId } from '../find-profile.js';
import { option } from '../options.js';
import { plural } from '../text.js';

export const profileHoldCommand = command({
  name: 'profile hold <person>',
  help: 'hold marketing to a person for a time; service messages pass',
  options: [
    option('--for <duration>', 'at most so long, such as P7D (default: P14D)'),
    option('--reason <code>', 'why, such as complaint (default: by-request)'),
    option('--until-ticket-closes', 'it ends before, when their last open ticket is closed'),
  ],
  examples: ['sojourn profile hold ada@example.com --for P7D --reason complaint'],
  run: (context, [person = ''], options) => holdMarketing(context, person, options()),
});

export const profileSnoozeCommand = command({
  name: 'profile snooze <person> <duration>',
  help: 'a person wants a rest: no marketing for so long, such as P30D',
  examples: ['sojourn profile snooze ada@example.com P30D'],
  run: (context, [person = '', length = '']) => holdMarketing(context, person, { for: length, reason: 'snoozed' }),
});

export const profileReleaseCommand = command({
  name: 'profile release <person>',
  help: 'let marketing to a person go on: ends all holds, or one',
  options: [option('--hold <id>', 'only this one')],
  run: (context, [person = ''], options) => release(context, person, options()),
});

interface HoldOptions {
  readonly for?: string;
  readonly reason?: string;
  readonly untilTicketCloses?: boolean;
}

/** `profile hold <person>` */
async function holdMarketing(context: CliContext, person: string, options: HoldOptions): Promise<Outcome> {
  const { for: length, reason, untilTicketCloses } = options;
  const api = await context.client();
  const profileId = await findProfileId(api, person, { exactly: true });
  const hold = await api.post<Hold>(`/v1/profiles/${encodeURIComponent(profileId)}/holds`, {
    ...(length === undefined ? {} : { for: length }),
    ...(reason === undefined ? {} : { reason }),
    ...(untilTicketCloses === undefined ? {} : { untilTicketCloses }),
  });
  const local = await context.localTime();
  return {
    value: hold,
    text: `Marketing to ${profileId} is on hold (${hold.reason})${endText(hold)}, at most until ${local(hold.until)}.`,
  };
}

/** What ends a hold before its time. */
export function endText({ endsWith, taskId }: Hold): string {
  if (endsWith === 'task') return ` until task ${taskId ?? '?'} is closed`;
  return endsWith === 'ticket' ? ' until their ticket is closed' : '';
}

/** `profile release <person>` */
async function release(context: CliContext, person: string, { hold }: { readonly hold?: string }): Promise<Outcome> {
  const api = await context.client();
  const profileId = await findProfileId(api, person, { exactly: true });
  const answer = await api.post<HoldReleaseAnswer>(
    `/v1/profiles/${encodeURIComponent(profileId)}/holds/release`,
    hold === undefined ? undefined : { holdId: hold },
  );
  return {
    value: answer,
    text:
      answer.released === 0 ? 'No hold was in force.' : `${plural(answer.released, 'hold')} ended: marketing to ${profileId} may go on.`,
  };
}
