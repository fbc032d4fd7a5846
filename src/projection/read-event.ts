import type { ShopEvent } from '../domain/events/event.js';
import { type IncomingEvent, type RejectedEvent, refuse } from '../domain/events/incoming.js';
import { meanings } from './meanings/index.js';
import type { Meaning, MeaningNeeds } from './meanings/kind.js';

/** An event and what it means. */
export interface Understood {
  readonly kind: 'understood';
  readonly incoming: IncomingEvent;
  readonly event: ShopEvent;
  readonly meanings: readonly Meaning[];
  /** The client's own id, where another's event had it already and this one is kept under another; absent: it is kept under its own. */
  readonly toldId?: string;
}

/** What the event means, by each kind of meaning; one that cannot be taken has the whole event refused. */
export function readEvent(
  needs: MeaningNeeds,
  incoming: IncomingEvent,
): Understood | { readonly kind: 'refused'; readonly rejected: RejectedEvent } {
  const { event, speaker } = incoming;
  if (event.origin === 'import' && speaker.kind === 'browser') return refuse(incoming, 'needs-server-key', importsNeedServerKey);
  const meant: Meaning[] = [];
  const notes: string[] = [];
  for (const kind of kinds) {
    const reading = kind.read(incoming, needs, meant);
    if (reading.kind === 'refused') return refuse(incoming, reading.reason, reading.detail);
    if (reading.kind === 'none') continue;
    meant.push(reading.meaning);
    notes.push(...reading.notes);
  }
  const noted = notes.length === 0 ? incoming : { ...incoming, notes: [...incoming.notes, ...new Set(notes)] };
  return { kind: 'understood', incoming: noted, event, meanings: meant };
}

const kinds = Object.values(meanings);

const importsNeedServerKey =
  'History is imported with a server key (`sojourn write-key create --server`): a browser key tells what happens now.';
