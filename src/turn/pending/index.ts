// To add a kind of pending thing: its shape in `Pending` (src/journey/entry.ts), a file here with its settler, a line in `settlers`,
// a story in `test/turn`. What it does to the world is an effect (`effects.ts`).
import type { Pending } from '../../journey/entry.js';
import { finish, say, wait } from '../answer.js';
import type { Turn } from '../turn.js';
import { rests, type Settled, type Settler } from './kind.js';
import { send } from './send.js';

const settlers: { readonly [K in Pending['kind']]: Settler<K> } = {
  send,
  wait: (turn, { until, awaiting, sentence }) => rests(wait(turn, until, awaiting, sentence)),
  say: (turn, { event, awaiting }) => rests(say(turn, event, awaiting)),
  finished: (turn, { outcome, reason }) => rests(finish(turn, outcome, reason)),
};

export function settlePending(turn: Turn, pending: Pending): Settled {
  return (settlers[pending.kind] as Settler<Pending['kind']>)(turn, pending);
}
