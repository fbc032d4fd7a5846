import type { ShopEvent } from '../domain/events/event.js';
import { secretsOf } from '../domain/keys/secrets.js';
import { addressOf, type Channel } from '../domain/messages/channel.js';
import type { TemplateHead } from '../domain/messages/template.js';
import type { Policies } from '../domain/policy/policies.js';
import type { Shop } from '../domain/shop/shop.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, ProfileId } from '../domain/values/ids.js';
import { refuseBroadcast } from '../journey/broadcast.js';
import { refuseMessage } from '../journey/own-message.js';
import { describeHappening } from './happening-words.js';
import type { Introduced } from './introduce.js';
import { answerCall } from './memory/calls.js';
import { askToLeave, type PausedScope, pause, receive, resume } from './memory/deeds.js';
import { suppressAddress } from './memory/effects.js';
import { closeTasks } from './memory/holds.js';
import { type Heard, hear } from './memory/ingest.js';
import type { IngestNeeds } from './memory/needs.js';
import { sendOwnMessage, startBroadcast } from './memory/own-sends.js';
import type { Play } from './memory/play.js';
import type { TellNeeds } from './memory/segments.js';
import type { MemoryMessage, Tables } from './memory/tables.js';
import type { Narrator } from './narrator.js';
import type { HappeningKind } from './script.js';

/** All that a script plays on. */
export interface Stage {
  readonly tables: Tables;
  readonly play: Play;
  readonly narrator: Narrator;
  readonly people: Introduced;
  readonly policies: Policies;
  readonly shop: Pick<Shop, 'country'>;
  readonly templates: (id: string) => TemplateHead | null;
  readonly newId: () => string;
  /** What the shop's order look-up answers now. */
  readonly look: { now: { readonly kind: 'none' | 'failed' } | { readonly kind: 'found'; readonly orderedAt: Instant } };
}

type Doer<K extends HappeningKind['kind']> = (stage: Stage, what: Extract<HappeningKind, { readonly kind: K }>) => void;

/** Does one thing that the script says. */
export function happen(stage: Stage, what: HappeningKind): void {
  (doers[what.kind] as Doer<HappeningKind['kind']>)(stage, what);
}

const doers: { readonly [K in HappeningKind['kind']]: Doer<K> } = {
  event: (stage, what) => stage.narrator.heard(what, hearEvent(stage, what), stage.play.at),
  receipt: (stage, what) => receiveAbout(stage, what),
  pause: (stage, what) => {
    say(stage, what);
    for (const scope of scopesOf(stage.tables, what.scope)) pause(stage.tables, scope, stage.play.at);
  },
  resume: (stage, what) => {
    say(stage, what);
    for (const scope of scopesOf(stage.tables, what.scope)) resume(stage.tables, scope, stage.play.at);
  },
  suppress: (stage, what) => {
    say(stage, what);
    suppressAddress(stage.tables, what.channel, addressFor(stage.tables, personOf(stage, what.who ?? null), what.channel), what.reason);
  },
  'order-lookup': (stage, what) => {
    stage.look.now = what.answer === 'found' ? { kind: 'found', orderedAt: stage.play.at } : { kind: what.answer };
    say(stage, what);
  },
  exit: (stage, what) => {
    say(stage, what);
    const person = personOf(stage, what.who ?? null);
    for (const { id } of stage.tables.entries.where('profile', person)) askToLeave(stage.tables, id, what.reason, stage.play.at);
  },
  answered: (stage, what) => {
    say(stage, what);
    answerCall(stage.tables, { ...what, person: personOf(stage, what.who ?? null) }, stage.play.at);
  },
  'close-task': (stage, what) => {
    say(stage, what);
    closeTasks(stage.tables, tellNeeds(stage), { person: personOf(stage, what.who ?? null), reason: what.reason }, stage.play.at);
  },
  broadcast: (stage, { kind: _kind, to, ...broadcast }) => {
    const { tables, play, policies, narrator } = stage;
    const template = templateOf(stage, broadcast.template);
    const timing = { startsAt: null, overMs: broadcast.overMs, deadline: broadcast.deadline };
    const refusal = refuseBroadcast(template, timing, play.at, { data: broadcast.data, own: [] });
    if (refusal !== null) return narrator.tell(`The broadcast ${broadcast.name} does not start: ${refusal.reason}`, play.at);
    // As `--everyone` takes them: by their ids.
    const people = to === 'everyone' ? [...tables.profiles.keys()].sort() : to.map((name) => personOf(stage, name));
    const recipients = [...new Set(people)];
    narrator.tell(`The broadcast ${broadcast.name} (${template.id}) starts, to ${people.length}.`, play.at);
    startBroadcast(tables, policies, { ...broadcast, template, timing, to: recipients }, play.at);
  },
  message: (stage, { kind: _kind, to, ...asked }) => {
    const { tables, play, policies, narrator } = stage;
    const template = templateOf(stage, asked.template);
    const message = { ...asked, topic: null };
    const refusal = refuseMessage(template, message, play.at);
    if (refusal !== null) return narrator.tell(`The message ${template.id} is not taken: ${refusal.reason}`, play.at);
    const profileId = personOf(stage, to);
    narrator.tell(`The shop asks for the message ${template.id}.`, play.at, { person: profileId });
    sendOwnMessage(tables, policies, { template, message, profileId }, { id: stage.newId() as EntryId, now: play.at });
  },
};

function say({ narrator, play }: Stage, what: Parameters<typeof describeHappening>[0]): void {
  narrator.tell(describeHappening(what), play.at);
}

function templateOf({ templates }: Stage, id: string): TemplateHead {
  const template = templates(id);
  if (template === null) throw new Error(`There is no template ${id}: name one of the project's templates folder.`);
  return template;
}

function personOf({ people }: Stage, name: string | null): ProfileId {
  const found = name === null ? people.persona() : people.named(name);
  if (found === null) throw new Error(`Nobody in this scenario is called ${name}: name one of its people.`);
  return found;
}

/** What telling facts needs on this stage. */
export function tellNeeds({ policies, newId }: Pick<Stage, 'policies' | 'newId'>): TellNeeds {
  return { policies: { current: () => policies }, newId };
}

/** What hearing events needs on this stage. */
export function hearingOf({ shop, ...stage }: Pick<Stage, 'policies' | 'newId' | 'shop'>): IngestNeeds {
  return { ...tellNeeds(stage), secret: secretsOf('simulation'), shop: { hosts: [], country: shop.country } };
}

function hearEvent(stage: Stage, what: Extract<HappeningKind, { readonly kind: 'event' }>): Heard {
  const { tables, people, play } = stage;
  const isIdentify = what.type === 'identify';
  const event: ShopEvent = {
    messageId: what.messageId ?? `event-${tables.events.size + 1}`,
    type: what.type,
    name: what.name,
    ...people.ids(what),
    previousId: null,
    properties: isIdentify ? {} : what.properties,
    traits: isIdentify ? what.properties : {},
    occurredAt: what.happenedAt,
    receivedAt: play.at,
    origin: 'live',
  };
  return hear(tables, hearingOf(stage), event);
}

function receiveAbout(stage: Stage, what: Extract<HappeningKind, { readonly kind: 'receipt' }>): void {
  const { tables, play, narrator } = stage;
  const message = latestOf(stage, what);
  const about = { step: what.step, ...(message === undefined ? {} : { person: message.profileId }) };
  narrator.tell(describeHappening(what, message?.channel ?? null), play.at, about);
  if (message === undefined) return;
  const reason = suppressedBy[what.status];
  if (reason !== undefined) suppressAddress(tables, message.channel, addressFor(tables, message.profileId, message.channel), reason);
  receive(tables, tellNeeds(stage), message.id, receiptWords[what.status] ?? what.status, play.at);
}

/** The latest message of a step, by whatever journey unless it is named. */
function latestOf(stage: Stage, { step: named, who }: Extract<HappeningKind, { readonly kind: 'receipt' }>): MemoryMessage | undefined {
  const [journey, step] = named.includes('/') ? named.split('/') : [null, named];
  const person = who == null ? null : personOf(stage, who);
  return [...stage.tables.messages.values()].findLast(
    (message) =>
      message.step === step && (journey === null || message.journeyId === journey) && (person === null || message.profileId === person),
  );
}

function scopesOf(tables: Tables, scope: Extract<HappeningKind, { readonly kind: 'pause' | 'resume' }>['scope']): readonly PausedScope[] {
  if (scope !== 'journey') return [scope];
  return [...tables.journeys.values()].flatMap(({ id, isInternal }) => (isInternal === true ? [] : [{ journey: id }]));
}

function addressFor(tables: Tables, who: ProfileId, channel: Channel): string | null {
  const profile = tables.profiles.get(who);
  return profile === undefined ? null : addressOf(profile, channel);
}

const suppressedBy: Readonly<Partial<Record<string, string>>> = {
  bounced: 'bounced',
  complained: 'complained',
  unsubscribed: 'unsubscribed',
};

/** What scenarios call by another name than receipts do. */
const receiptWords: Readonly<Partial<Record<string, string>>> = { bounced: 'bounce-hard' };
