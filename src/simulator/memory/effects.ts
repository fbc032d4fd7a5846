import { suppressionAfter } from '../../domain/consent/suppression.js';
import { subjectId } from '../../domain/events/subject.js';
import { addressOf, type Channel, channelKind, normaliseAddress } from '../../domain/messages/channel.js';
import { leaseMs } from '../../domain/values/lease.js';
import { stepEffect } from '../../step-effects/kind-of.js';
import type { Effect, EffectOf } from '../../turn/effects.js';
import { stateAfter } from '../../turn/settle-attempt.js';
import { hearOwn } from './ingest.js';
import type { IngestNeeds } from './needs.js';
import { releasePromised } from './release-promised.js';
import { addressKey, type MemoryMessage, type Tables } from './tables.js';

type Writer<K extends Effect['kind']> = (effect: EffectOf<K>, tables: Tables, hearing: IngestNeeds | null) => void;

/** The same effects as `src/store/effects.ts` writes. */
const writers: { readonly [K in Effect['kind']]: Writer<K> } = {
  consume: ({ seqs }, tables) => tables.inputs.change(seqs, () => null),
  message: ({ message, standing: { at, ...standing } }, tables) => {
    const known = tables.messages.get(message.id) ?? { ...message, ...unsent };
    tables.messages.set(message.id, { ...known, ...standing, leaseReal: null, updatedAt: at });
  },
  attempt: ({ message, n, content, at }, tables) => {
    const known = tables.messages.get(message.id) ?? { ...message, ...unsent };
    const attempts = [...known.attempts, { n, outcome: null, providerId: null }];
    const leaving = { state: 'submitting', reason: null, slotAt: at, leaseReal: at + leaseMs, submittedAt: at, updatedAt: at } as const;
    const { country = known.country } = message;
    tables.messages.set(message.id, { ...known, ...leaving, ...(country === undefined ? {} : { country }), attempts, content });
    if (country !== undefined) tables.texts.push({ country, id: message.id, at });
  },
  outcome: ({ messageId, n, outcome }, tables) => {
    const providerId = outcome.kind === 'accepted' ? outcome.providerId : null;
    const attempts = (tables.messages.get(messageId)?.attempts ?? []).map((one) =>
      one.n === n && one.outcome !== 'accepted' ? { n, outcome: outcome.kind, providerId } : one,
    );
    tables.changeMessage(messageId, { attempts });
  },
  settle: ({ id, state, reason, slotAt, at }, tables) => {
    const known = tables.messages.get(id);
    if (known === undefined || stateAfter(known.state, state) !== state) return;
    const acceptedAt = state === 'accepted' ? at : known.acceptedAt;
    tables.changeMessage(id, { state, reason, leaseReal: null, slotAt: slotAt ?? known.slotAt, acceptedAt, updatedAt: at });
  },
  verdict: ({ messageId, verdict, at, roomOf = [] }, tables) => tables.verdicts.push({ messageId, verdict, at, roomOf }),
  displace: ({ messages, verdict, at }, tables) => {
    for (const { id, text } of messages) {
      const message = tables.messages.get(id);
      if (message === undefined || message.state !== 'reserved' || message.entryId === null) continue;
      const { entryId, step } = message;
      tables.changeMessage(id, { state: 'released', reason: verdict.reason, updatedAt: at });
      tables.verdicts.push({ messageId: id, verdict, at, roomOf: [] });
      tables.tell(entryId, [{ at, step, kind: 'verdict', text }]);
      tables.giveInput(entryId, { kind: 'outranked', messageId: id, at });
      if (['ready', 'waiting'].includes(tables.entry(entryId).activity)) tables.changeEntry(entryId, { isPoked: true });
    }
  },
  suppress: ({ profileId, channel, usedAddress, code }, tables) => {
    const profile = tables.profiles.get(profileId);
    const action = channelKind(channel).readReport({ status: 'rejected', code });
    if (profile !== undefined && addressOf(profile, channel) === usedAddress)
      suppressAddress(tables, channel, usedAddress, action?.kind === 'suppress' ? action.reason : 'bounced');
  },
  release: ({ entryId, at }, tables) => releasePromised(tables, entryId, at),
  trace: ({ entryId, lines }, tables) => tables.tell(entryId, lines),
  await: ({ entry, awaiting }, tables) => {
    tables.waits.change(tables.waits.idsWhere('entry', entry.id), () => null);
    for (const wait of awaiting) {
      const value = wait.by === 'profile' ? entry.profileId : subjectId(entry.about, wait.by);
      if (value !== null) tables.waits.push({ ...wait, entryId: entry.id, value });
    }
  },
  entry: ({ after: { id, poke: _poke, ...after } }, tables) => tables.changeEntry(id, { ...after, isPoked: false }),
  looked: ({ entryId }, tables) => tables.changeEntry(entryId, { isPoked: false }),
  instant: ({ profileId, at }, tables) => tables.movePerson(profileId, at),
  asked: ({ by, effect, at }, tables) => stepEffect(effect).toMemory(effect, { by, at }, tables),
  say: ({ told }, tables, hearing) => {
    if (hearing === null) throw new Error(`The step ${told.by.step} says something, and nobody can hear it in this world.`);
    hearOwn(tables, hearing, told);
  },
  forget: ({ entryId }, tables) => tables.changeEntry(entryId, { isPoked: false }),
};

/** `hearing`: how the world hears what steps say. Null: none of these effects says anything. */
export function applyEffects(tables: Tables, effects: readonly Effect[], hearing: IngestNeeds | null = null): void {
  for (const effect of effects) (writers[effect.kind] as Writer<Effect['kind']>)(effect, tables, hearing);
}

/** Nothing more goes to this address. */
export function suppressAddress(tables: Tables, channel: Channel, address: string | null, reason: string): void {
  const normalised = normaliseAddress(channel, address);
  if (normalised === null) return;
  const key = addressKey(channel, normalised);
  tables.suppressions.set(key, suppressionAfter(tables.suppressions.get(key) ?? null, reason));
}

const unsent: Pick<MemoryMessage, 'leaseReal' | 'attempts' | 'receipts' | 'content' | 'submittedAt' | 'acceptedAt' | 'reason'> = {
  leaseReal: null,
  attempts: [],
  receipts: [],
  content: null,
  submittedAt: null,
  acceptedAt: null,
  reason: null,
};
