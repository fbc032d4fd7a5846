import type { ConsentTold } from '../../domain/consent/consent-events.js';
import { admitConsent } from '../../domain/consent/double-opt-in.js';
import { unsubscribeKeys } from '../../domain/consent/suppression.js';
import { browserConsent, provesItself } from '../../domain/keys/browser-word.js';
import { consentsOf } from '../meanings/index.js';
import type { ConsentAct } from '../rows.js';
import type { Outcome, Scene } from '../scene.js';

/** What the acts count as: a yes may have to wait for its confirmation. */
export function projectConsents(scene: Scene): Outcome {
  const told = consentsOf(scene.reading);
  if (told.length === 0) return {};
  const heard = told.map((one) => hear(scene, one));
  return {
    consents: heard.map(({ act }) => act),
    notes: heard.flatMap(({ notes }) => notes),
    acts: [{ kind: 'consent', kept: {} }],
  };
}

function hear(scene: Scene, { said, at }: ConsentTold): { readonly act: ConsentAct; readonly notes: readonly string[] } {
  const { event, incoming } = scene.reading;
  const { policies, shop } = scene.needs;
  const isBrowser = incoming.speaker.kind === 'browser';
  const whose = { person: scene.person, shop };
  const admitted = admitConsent(isBrowser ? browserConsent(said) : said, policies.current().topics, event.origin, whose);
  const mustConfirm = isBrowser && admitted.state === 'granted' && (scene.meeting.isStranger || isUnsubscribed(scene, admitted));
  const act: ConsentAct = {
    ...admitted,
    ...(mustConfirm ? { state: 'pending' } : {}),
    at: Math.min(at ?? event.occurredAt, event.receivedAt),
    profileId: scene.meeting.profileId,
    recordedAt: event.receivedAt,
    eventId: event.messageId,
    toldBy: isBrowser ? 'browser' : null,
  };
  return { act, notes: [...(mustConfirm ? ['yes-to-confirm'] : []), ...(isBrowser && provesItself(said) ? ['proof-left-out'] : [])] };
}

function isUnsubscribed({ person, unsubscribed, needs }: Scene, { channel }: Pick<ConsentAct, 'channel'>): boolean {
  if (unsubscribed.size === 0) return false;
  return unsubscribeKeys(needs.secret, person).some(
    ({ hash, others = [], ...key }) => key.channel === channel && [hash, ...others].some((one) => unsubscribed.has(one)),
  );
}
