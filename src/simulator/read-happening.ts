import { limitMs, parseDuration } from '../domain/time/duration.js';
import type { Instant } from '../domain/time/instant.js';
import { refuseBroadcast } from '../journey/broadcast.js';
import { refuseMessage } from '../journey/own-message.js';
import type { About, Path, Reading, ScenarioPeople } from './reading.js';
import type { WrittenHappening } from './scenario-source.js';
import type { HappeningKind, Script } from './script.js';

interface Around extends About {
  readonly people: ScenarioPeople;
}

/** What is written as one event: several, where it happens to several people. */
export function readHappening(reading: Reading, written: WrittenHappening, path: Path, about: Around): Script['happenings'] {
  const at = reading.when(written.at, [...path, 'at'], about);
  const happenedAt = written.happened === undefined ? at : reading.when(written.happened, [...path, 'happened'], about);
  if (happenedAt > at) reading.complain([...path, 'happened'], 'An event cannot arrive before it happens.');
  const { who = null } = written;
  const group = who === null ? undefined : about.people.groups.get(who);
  if (group === undefined) {
    if (written.apart !== undefined)
      reading.complain([...path, 'apart'], 'Only what several people do can lie apart.', 'Name people with "times" as "who".');
    return [{ at, what: kindOf(reading, written, path, { ...about, at, who, happenedAt }) }];
  }
  const apartMs = written.apart === undefined ? 0 : milliseconds(reading, written.apart, [...path, 'apart']);
  return group.map((one, place) => {
    const later = place * apartMs;
    const own = ownWords(written, one);
    return { at: at + later, what: kindOf(reading, own, path, { ...about, at: at + later, who: one, happenedAt: happenedAt + later }) };
  });
}

/** Carts and orders of several people are not the same: each id has the person's name behind it. */
function ownWords(written: WrittenHappening, who: string): WrittenHappening {
  const { properties, message_id: id } = written;
  const ids = ['cart_id', 'order_id', 'checkout_token', 'checkout_id', 'token'];
  const own = Object.fromEntries(
    Object.entries(properties ?? {}).map(([name, value]) => [name, ids.includes(name) ? `${String(value)}-${who}` : value]),
  );
  return {
    ...written,
    ...(properties === undefined ? {} : { properties: own }),
    ...(id === undefined ? {} : { message_id: `${id}-${who}` }),
  };
}

interface Happening extends Around {
  readonly at: Instant;
  readonly who: string | null;
  readonly happenedAt: Instant;
}

/** The schema has seen to it that exactly one of these is there. */
function kindOf(reading: Reading, written: WrittenHappening, path: Path, of: Happening): HappeningKind {
  const { who, happenedAt } = of;
  const { track, identify, page, consent, receipt, pause, resume, suppress, order_lookup: orderLookup, exit } = written;
  const event = { kind: 'event', who, happenedAt, messageId: written.message_id ?? null } as const;
  if (track !== undefined) return { ...event, type: 'track', name: track, properties: written.properties ?? {} };
  if (identify !== undefined) return { ...event, type: 'identify', name: null, properties: identify };
  if (page !== undefined) return { ...event, type: 'page', name: page, properties: written.properties ?? {} };
  if (consent !== undefined) {
    const { channel, topic, state } = consent;
    const name = state === 'granted' ? 'Consent Granted' : 'Consent Revoked';
    return { ...event, type: 'track', name, properties: { channel, topic, method: 'form', source: 'scenario' } };
  }
  if (pause !== undefined) return { kind: 'pause', scope: pause };
  if (resume !== undefined) return { kind: 'resume', scope: resume };
  if (orderLookup !== undefined) return { kind: 'order-lookup', answer: orderLookup };
  if (written.broadcast !== undefined) return readBroadcast(reading, written.broadcast, [...path, 'broadcast'], of);
  if (who !== null) reading.named(who, [...path, 'who'], of.people);
  if (written.message !== undefined) return readMessage(reading, written.message, [...path, 'message'], of);
  if (receipt !== undefined) return { kind: 'receipt', step: receipt.step, status: receipt.status, who };
  if (suppress !== undefined) return { kind: 'suppress', channel: suppress.channel, reason: suppress.reason, who };
  if (written.answered !== undefined) {
    const { step, failed } = written.answered;
    return { kind: 'answered', step, properties: failed ? null : written.answered.with, who };
  }
  if (written.close_task !== undefined) return { kind: 'close-task', reason: written.close_task, who };
  return { kind: 'exit', reason: exit ?? 'exit', who };
}

function readBroadcast(
  reading: Reading,
  written: NonNullable<WrittenHappening['broadcast']>,
  path: Path,
  { at, people }: Happening,
): HappeningKind {
  const { template: id, name = id, to, over, deadline, priority = null, data } = written;
  const overMs = over === undefined ? 0 : milliseconds(reading, over, [...path, 'over']);
  const within = deadline === undefined ? null : ({ kind: 'within', ms: milliseconds(reading, deadline, [...path, 'deadline']) } as const);
  const template = reading.template(id, [...path, 'template']);
  const refusal =
    template === null
      ? null
      : refuseBroadcast(template, { startsAt: at, overMs, deadline: within }, at, { data: data ?? template.data ?? {}, own: [] });
  if (refusal !== null) reading.complain(path, refusal.reason);
  return {
    kind: 'broadcast',
    id: slugOf(name),
    name,
    template: id,
    to: to === 'everyone' ? to : to.flatMap((one, place) => reading.named(one, [...path, 'to', place], people)),
    overMs,
    deadline: within,
    priority,
    data: data ?? template?.data ?? {},
  };
}

function readMessage(
  reading: Reading,
  written: NonNullable<WrittenHappening['message']>,
  path: Path,
  { at, who }: Happening,
): HappeningKind {
  const { template: id, deadline, priority = null } = written;
  const within = deadline === undefined ? null : ({ kind: 'within', ms: milliseconds(reading, deadline, [...path, 'deadline']) } as const);
  const template = reading.template(id, [...path, 'template']);
  const data = written.data ?? template?.data ?? {};
  const message = { template: id, data, topic: null, priority, deadline: within };
  const refusal = template === null ? null : refuseMessage(template, message, at);
  if (refusal !== null) reading.complain(path, refusal.reason);
  return { kind: 'message', template: id, to: who, deadline: within, priority, data };
}

function milliseconds(reading: Reading, text: string, path: Path): number {
  const duration = parseDuration(text);
  if (typeof duration !== 'string') return limitMs(duration);
  reading.complain(path, `"${text}" is no duration.`, 'Write PT30M, PT4H or P2D.');
  return 0;
}

/** A name as a part of an id: small letters, digits and hyphens. */
function slugOf(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'letter'
  );
}
