import type { ProfileEngagement } from '../../api/contract/engagement.js';
import type { Entry } from '../../api/contract/entries.js';
import type { Profile, ProfileEraseAnswer } from '../../api/contract/profiles.js';
import type { SupportPage } from '../../api/contract/support.js';
import { isRecord } from '../../domain/values/is-record.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { findProfile } from '../find-profile.js';
import { option } from '../options.js';
import { oneLine } from '../printable.js';
import { money, paragraphs, plural, table } from '../text.js';
import { tierText } from './show-engagement.js';
import { detailText, supportText } from './support.js';

export const profileShowCommand = command({
  name: 'profile show <person>',
  help: 'show a person: any id, email, phone or part of the name',
  run: (context, [person = '']) => showProfile(context, person),
});

export const profileEraseCommand = command({
  name: 'profile erase <person>',
  help: 'delete all data of a person for good',
  options: [option('--yes', 'confirm')],
  run: (context, [person = ''], options) => eraseProfile(context, person, options()),
});

/** `profile show <id>`: by our own id, or by one of the shop's. */
async function showProfile(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const profile = await findProfile(api, id);
  const entries = await api.list<Entry>('/v1/entries', { profileId: profile.id }, 20);
  const support = await api.get<SupportPage>(`/v1/profiles/${encodeURIComponent(profile.id)}/support`);
  const engagement = await api.get<ProfileEngagement>(`/v1/profiles/${encodeURIComponent(profile.id)}/engagement`);
  const local = await context.localTime();
  const ids = profile.identities
    .map(({ kind, value }) => `${kind === 'user' ? 'the shop’s id' : 'a browser’s id'} ${oneLine(value)}`)
    .join(', ');
  const consents = profile.consents.now.map(({ channel, topic, granted }) => `${channel} ${topic}: ${granted ? 'yes' : 'no'}`).join('; ');
  return {
    value: { ...profile, engagement, entries, messages: support.messages, support },
    text: paragraphs(
      profile.erasedAt === null
        ? `Profile ${profile.id}: ${profile.email ?? 'no email'}, ${profile.phone ?? 'no phone'}.${ids === '' ? '' : ` Known by ${ids}.`}`
        : `Profile ${profile.id} was erased ${local(profile.erasedAt)}.`,
      profile.readings.length === 0 ? null : profile.readings.map(readingText).join('\n'),
      profile.flags.length === 0 ? null : profile.flags.map(flagText).join('\n'),
      `Consent: ${consents}.`,
      profile.erasedAt === null ? tierText(engagement) : null,
      profile.claims.length === 0
        ? null
        : profile.claims
            .map(
              ({ kind, value, at, eventId }) => `Claimed by a browser, not used: ${claimWords[kind]} ${value} (${local(at)}, ${eventId}).`,
            )
            .join('\n'),
      profile.suppressions.length === 0
        ? null
        : profile.suppressions
            .map(({ channel, reason, at, sentence }) => `Suppressed: ${channel} (${reason}, ${local(at)}). ${sentence}`)
            .join('\n'),
      supportText(support, local),
      section(
        'Carts',
        table(
          ['cart', 'state', 'value', 'lines', 'active'],
          profile.carts.map((cart) => [
            cart.id,
            cart.state,
            cart.totals.length < 2
              ? money(cart.value, cart.currency)
              : cart.totals.map((one) => money(one.value, one.currency)).join(' + '),
            cart.lines.map(lineText).join(', '),
            local(cart.updatedAt),
          ]),
          '',
        ),
      ),
      section(
        'Orders',
        table(
          ['order', 'status', 'total', 'when'],
          profile.orders.map((order) => [
            order.orderId,
            order.status,
            order.total === null ? '' : money(order.total, order.currency),
            local(order.orderedAt),
          ]),
          '',
        ),
      ),
      section(
        'Entries',
        table(
          ['entry', 'journey', 'state now'],
          entries.map((entry) => [entry.id, entry.journeyId, entry.sentence]),
          '',
        ),
      ),
      detailText(support, local),
    ),
  };
}

/** `profile erase <id> --yes`: there is no way back, so it wants to be told twice. */
async function eraseProfile(context: CliContext, id: string, options: { readonly yes?: boolean }): Promise<Outcome> {
  const api = await context.client();
  const profile = await findProfile(api, id, { exactly: true });
  if (options.yes !== true)
    throw new CliFailure(`This deletes the data of profile ${profile.id} for good. Repeat the command with --yes.`, 2);
  const result = await api.delete<ProfileEraseAnswer>(`/v1/profiles/${encodeURIComponent(profile.id)}`);
  return {
    value: result,
    text: result.erased
      ? `Profile ${profile.id} is erased; ${plural(result.entries, 'entry exits', 'entries exit')} its journey. Its addresses stay suppressed by a keyed hash.`
      : `Profile ${profile.id} was already erased.`,
  };
}

/** What seems wrong with a value, and what was most likely meant. */
function flagText({ kind, field, code, given, suggestion }: Profile['flags'][number]): string {
  const meant = suggestion === null ? '' : ` Perhaps ${suggestion}.`;
  return `The ${kind} ${field} “${oneLine(given).slice(0, 100)}” ${faultWords[code]}.${meant} It stays as it was given.`;
}

const faultWords: Readonly<Record<Profile['flags'][number]['code'], string>> = {
  'mail-domain': 'seems to be misspelt',
  'not-a-number': 'is no number',
  'out-of-range': 'is a number that cannot be',
  'not-a-choice': 'is none of the choices',
  'not-a-date': 'is no date',
};

/** What counts, beside what was given. */
function readingText({ trait, given, kept }: Profile['readings'][number]): string {
  const said = `“${oneLine(given).slice(0, 100)}”`;
  return kept === null ? `The ${trait} ${said} cannot be read: it counts as missing.` : `The ${trait} ${said} is read as ${kept}.`;
}

const claimWords: Readonly<Record<Profile['claims'][number]['kind'], string>> = {
  email: 'email',
  phone: 'phone',
  user: 'the shop’s id',
  anonymous: 'a browser’s id',
};

/** A line of a cart says more than this: it is what the shop told. */
function lineText(line: unknown): string {
  return isRecord(line) ? `${String(line['quantity'])} × ${String(line['name'])}` : String(line);
}

function section(title: string, body: string): string | null {
  return body === '' ? null : `${title}\n${body}`;
}
