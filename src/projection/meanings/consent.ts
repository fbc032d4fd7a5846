import { isRefusal } from '../../domain/consent/consent.js';
import { type ConsentTold, readConsentEvent, readConsentTraits } from '../../domain/consent/consent-events.js';
import { refuseBrowserConsent, refuseConsent, widenRefusal } from '../../domain/consent/consent-refusal.js';
import type { ConsentSaid } from '../../domain/consent/double-opt-in.js';
import { consentFacts } from '../../domain/events/derive-facts.js';
import type { IncomingEvent } from '../../domain/events/incoming.js';
import type { TopicPolicy } from '../../domain/policy/topic-policy.js';
import { type MeaningKind, type MeaningOf, type MeaningReading, meant, none } from './kind.js';

/** A yes that is said wrongly goes to the dead letters. */
export const consent: MeaningKind<MeaningOf<'consent'>> = {
  read(incoming, { policies }) {
    const reading = readActs(incoming);
    if (reading.kind === 'other') return none;
    if (reading.kind === 'problem') return refused('invalid-consent-event', reading.problem);
    return admitted(incoming, reading.told, reading.notes, policies.current().topics);
  },
  refuses: ({ told }) => told.some(({ said }) => isRefusal(said.state)),
  facts: (_meaning, happening) => consentFacts(happening),
};

type Reading = MeaningReading<MeaningOf<'consent'>>;

function readActs({ event, context }: IncomingEvent) {
  if (event.type === 'identify') return readConsentTraits(event.traits);
  return readConsentEvent(event.type === 'track' ? (event.name ?? '') : '', event.properties, context);
}

/**
 * A yes that cannot be recorded goes to the dead letters with its event. Where a no stands beside it the event is taken without it: a no
 * waits for nobody.
 */
function admitted({ speaker }: IncomingEvent, said: readonly ConsentTold[], notes: readonly string[], topics: TopicPolicy): Reading {
  const told = said.flatMap(({ said: act, at }) => widenRefusal(act, topics).map((one) => ({ said: one, at })));
  const widened = told.length === said.length ? [] : ['refusal-widened'];
  const refusalOf = (act: ConsentSaid) => refuseConsent(act, topics) ?? refuseBrowserConsent(act, topics, speaker);
  const [refusal] = told.flatMap((one) => refusalOf(one.said) ?? []);
  if (refusal === undefined) return meant({ kind: 'consent', told }, [...notes, ...widened]);
  if (!told.some((one) => isRefusal(one.said.state)))
    return refused(refusal.code === 'needs-server-key' ? refusal.code : 'invalid-consent-event', refusal.problem);
  const kept = told.filter((one) => refusalOf(one.said) === null);
  return meant({ kind: 'consent', told: kept }, [...notes, ...widened, `consent-${refusal.code}`]);
}

function refused(reason: string, detail: string): Reading {
  return { kind: 'refused', reason, detail };
}
