import { verdictSentence } from '../../domain/gate/explain.js';
import type { Verdict } from '../../domain/gate/verdict.js';
import { type Channel, channelKind } from '../../domain/messages/channel.js';
import type { Instant } from '../../domain/time/instant.js';

/** What the gate says to one who asks from outside: of a message that was asked for, or could be. */
export interface VerdictAnswer {
  readonly decision: 'send' | 'defer' | 'skip' | 'exit' | 'withhold';
  /** Null where nothing stands against it. */
  readonly reason: string | null;
  readonly sentence: string;
  /** When it may leave; null: now, never, or (reason `paused`) when someone resumes. */
  readonly until: Instant | null;
}

/** A hold is reported as `defer` without an instant, and so is a lost slot: the message will soon ask again. */
export function answerOf(decision: Verdict, reader: { readonly timeZone: string; readonly channel: Channel }): VerdictAnswer {
  if (decision.kind === 'send')
    return {
      decision: 'send',
      reason: null,
      sentence: `Nothing prevents this ${channelKind(reader.channel).words.one}.`,
      until: null,
    };
  const kind = decision.kind === 'hold' || decision.kind === 'release' ? 'defer' : decision.kind;
  const until = decision.kind === 'defer' ? decision.until : null;
  return { decision: kind, reason: decision.reason, sentence: verdictSentence(decision, reader), until };
}
