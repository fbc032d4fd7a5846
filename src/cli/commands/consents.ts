import { Option } from 'commander';
import type { WaitingConsent } from '../../api/contract/consents.js';
import type { Consents, ProfileExport } from '../../api/contract/profiles.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { findProfile } from '../find-profile.js';
import { channelOption, limitOption, option, required } from '../options.js';
import { paragraphs, table } from '../text.js';

export const profileConsentsCommand = command({
  name: 'profile consents <person>',
  help: 'what a person consents to, why, and every act',
  run: (context, [person = '']) => showConsents(context, person),
});

export const profileConsentCommand = command({
  name: 'profile consent <person>',
  help: 'record a yes or a no that did not come from a form, such as one on the phone',
  options: [
    channelOption(),
    new Option('--state <state>', 'what was said').choices(['granted', 'denied', 'withdrawn']).makeOptionMandatory(),
    required('--method <method>', 'how, such as phone-call'),
    required('--source <source>', 'where, such as support'),
    option('--topic <topic>', 'about this topic').default('marketing'),
    option('--text <words>', 'the words that the person heard'),
    option('--evidence <where>', 'where the proof is kept, such as the number of a recording'),
    option('--actor <id>', 'who records it: an id, not a name'),
    option('--legal-basis <basis>', 'consent (default), implied or soft-opt-in'),
    option('--at <instant>', 'when the person said it (default: now)'),
    option('--double-opt-in', 'ask the person to confirm, even if the policy does not'),
  ],
  examples: ['sojourn profile consent ada@example.com --channel sms --state granted --method phone-call --source support'],
  run: (context, [person = ''], options) => recordConsent(context, person, options()),
});

export const profileExportCommand = command({
  name: 'profile export <person>',
  help: 'all data of a person, as JSON',
  run: (context, [person = '']) => exportProfile(context, person),
});

export const consentListCommand = command({
  name: 'consent list',
  help: 'consents that do not count yet',
  options: [required('--state <state>', 'quarantined (imports without evidence) or pending (waits for a confirmation)'), limitOption()],
  run: (context, _args, options) => listConsents(context, options()),
});

/** `profile consents <id>`: what a person consents to, why, and every act. */
async function showConsents(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const profile = await findProfile(api, id);
  const consents = await api.get<Consents>(`/v1/profiles/${encodeURIComponent(profile.id)}/consents`);
  const local = await context.localTime();
  return {
    value: consents,
    text: paragraphs(
      consents.now.map(({ sentence }) => sentence).join('\n'),
      table(
        ['act', 'when', 'channel', 'topic', 'state', 'how', 'where'],
        consents.acts.map((act) => [
          String(act.seq),
          local(act.at),
          act.channel,
          act.topic,
          act.isQuarantined ? 'quarantined' : act.state,
          act.method,
          act.evidence === null ? act.source : `${act.source} (${act.evidence})`,
        ]),
        'There are no acts of consent.',
      ),
    ),
  };
}

/** Named as the API names them, so that they are the body of the request. */
interface ConsentOptions {
  readonly channel: string;
  readonly topic: string;
  readonly state: string;
  readonly method: string;
  readonly source: string;
  readonly text?: string;
  readonly evidence?: string;
  readonly actor?: string;
  readonly legalBasis?: string;
  readonly at?: string;
  readonly doubleOptIn?: boolean;
}

/** `profile consent <id> --channel sms --state granted --method phone-call …`: records what somebody said where no form was. */
async function recordConsent(context: CliContext, id: string, options: ConsentOptions): Promise<Outcome> {
  const api = await context.client();
  const profile = await findProfile(api, id, { exactly: true });
  const consents = await api.post<Consents>(`/v1/profiles/${encodeURIComponent(profile.id)}/consents`, options);
  const now = consents.now.find(({ channel, topic }) => channel === options.channel && topic === options.topic);
  return { value: consents, text: paragraphs('Recorded.', now?.sentence ?? null) };
}

/** `profile export <id>`: all that is kept of a person, as JSON. */
async function exportProfile(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const profile = await findProfile(api, id, { exactly: true });
  const value = await api.get<ProfileExport>(`/v1/profiles/${encodeURIComponent(profile.id)}/export`);
  return { value, text: JSON.stringify(value, null, 2) };
}

/** `consent list --state quarantined|pending`: acts that do not count yet. */
async function listConsents(context: CliContext, options: { readonly state: string; readonly limit: number }): Promise<Outcome> {
  const { state, limit } = options;
  if (state !== 'quarantined' && state !== 'pending') throw new CliFailure('--state is quarantined or pending.', 2);
  const api = await context.client();
  const waiting = await api.list<WaitingConsent>('/v1/consents', { state }, limit);
  const local = waiting.length === 0 ? null : await context.localTime();
  const rows = waiting.map((act) => [
    String(act.seq),
    act.profileId,
    act.channel,
    act.topic,
    local?.(act.at) ?? '',
    act.source,
    act.requestedAt === null ? '' : (local?.(act.requestedAt) ?? ''),
  ]);
  return { value: waiting, text: table(['act', 'profile', 'channel', 'topic', 'when', 'where', 'asked'], rows, 'None.') };
}
