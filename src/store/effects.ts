import type { RawBuilder } from 'kysely';
import type { Channel } from '../domain/messages/channel.js';
import type { Chance } from '../domain/offers/code.js';
import { leaseMs } from '../domain/values/lease.js';
import { stepEffect } from '../step-effects/kind-of.js';
import type { Effect, EffectOf, Poke } from '../turn/effects.js';
import type { Trx } from './db.js';
import { displaceMessages } from './displaced-messages.js';
import { writeEntry, writeLookedAt } from './entries.js';
import { writeConsumed } from './entry-inputs.js';
import { writeAttempt, writeAttemptOutcome, writeMessage, writeReleased, writeSettled, writeVerdict } from './messages.js';
import { forgetFinished } from './pokes.js';
import { writeLastInstant } from './profiles.js';
import { writeTrace } from './trace.js';
import { TurnWrites } from './turn-writes.js';
import { writeWaits } from './waits.js';
import { StaleRead } from './write-together.js';

/** What writers need beside the effects. */
export interface EffectTools {
  /** The database's real clock, as the turn read it. */
  readonly realNow: number;
  /**
   * False: the turn was taken with others, and the entry has no workflow of its own: the poke loop is to start one when there is something
   * to do.
   */
  readonly hasRun: boolean;
  /** Random bytes of a cryptographic source. */
  readonly chance: Chance;
  /** The real instant of a service instant. */
  readonly realAt: (at: number) => number;
  readonly providers: Readonly<Record<Channel, { readonly name: string }>>;
  /** Suppresses an address of the person whom the turn is about, if it is still theirs. */
  readonly suppress: (effect: EffectOf<'suppress'>) => Promise<void>;
  /** Takes what a step says, as ingest takes events. */
  readonly say: (effect: EffectOf<'say'>) => Promise<void>;
}

interface Target extends EffectTools {
  readonly trx: Trx;
  readonly writes: TurnWrites;
  /** What writes rows that turns of others write too: last, so that these are locked for as short as can be. */
  readonly contested: RawBuilder<unknown>[];
}

type Writer<K extends Effect['kind']> = (effect: EffectOf<K>, to: Target) => Promise<void>;

/** Gathered into as few statements as their order allows; those that touch rows of other entries or tables go at once. */
const writers: { readonly [K in Effect['kind']]: Writer<K> } = {
  consume: ({ seqs, at }, { writes }) => writes.add({ inputs: writeConsumed(seqs, at) }),
  message: ({ message, standing }, { writes }) => writes.add({ messages: writeMessage(message, standing) }),
  attempt: ({ message, n, content, at }, { writes, realNow, providers }) =>
    writes.add(writeAttempt(message, { ...content, n, at, leaseReal: realNow + leaseMs, provider: providers[message.channel].name })),
  outcome: ({ messageId, n, outcome, at }, { writes }) => writes.add({ attempts: writeAttemptOutcome({ messageId, n, outcome, at }) }),
  settle: ({ kind: _kind, ...settled }, { writes }) => writes.add({ messages: writeSettled(settled) }),
  verdict: ({ messageId, verdict, at }, { writes }) => writes.add({ verdicts: writeVerdict(messageId, verdict, at) }),
  displace: ({ messages, verdict, at }, { trx }) => displaceMessages(trx, messages, { verdict, at }),
  suppress: (effect, { suppress }) => suppress(effect),
  release: ({ entryId, at }, { writes }) => writes.add({ messages: writeReleased(entryId, at) }),
  trace: ({ entryId, lines }, { writes }) => writes.add({ trace: writeTrace(entryId, lines) }),
  await: ({ entry, before, awaiting }, { writes }) => writes.add(writeWaits(entry, before, awaiting)),
  entry: ({ after }, to) => to.writes.add({ entries: writeEntry({ after, pokeReal: pokeReal(after.poke, to), hasRun: to.hasRun }) }),
  looked: ({ entryId, poke }, to) =>
    to.writes.add({ entries: writeLookedAt(entryId, { pokeReal: pokeReal(poke, to), hasRun: to.hasRun }) }),
  instant: ({ profileId, at }, { writes }) => writes.add({ profiles: writeLastInstant(profileId, at) }),
  asked: async ({ by, effect, at }, { writes, contested, chance }) => {
    const kind = stepEffect(effect);
    const write = kind.toStore(effect, { by, at, chance });
    if (kind.isContested === true) contested.push(write);
    else await writes.add({ [`asked_${effect.kind}`]: write });
  },
  say: async (effect, { writes, say }) => {
    // Who listens is read from what this turn has written.
    await writes.flush();
    await say(effect);
  },
  forget: ({ entryId }, { trx }) => forgetFinished(trx, entryId),
};

/**
 * Writes what a turn does, in its order, inside the transaction that read its world. Throws `StaleRead` where a contested effect finds that
 * what it was decided on has changed.
 */
export async function writeEffects(trx: Trx, effects: readonly Effect[], tools: EffectTools): Promise<void> {
  const to: Target = { ...tools, trx, writes: new TurnWrites(trx), contested: [] };
  for (const effect of effects) await (writers[effect.kind] as Writer<Effect['kind']>)(effect, to);
  await to.writes.flush();
  for (const write of to.contested)
    if ((await write.execute(trx)).rows.length === 0)
      throw new StaleRead('Another turn was faster: what this one was decided on has changed.');
}

export function pokeReal(poke: Poke, { realAt, realNow, hasRun }: Pick<EffectTools, 'realAt' | 'realNow' | 'hasRun'>): number | null {
  switch (poke?.kind) {
    case undefined:
      return null;
    case 'after':
      // Its workflow wakes by itself; where there is none, the poke loop starts it then.
      return realAt(poke.at) + (hasRun ? poke.graceMs : 0);
    case 'in':
      return realNow + poke.ms;
  }
}
