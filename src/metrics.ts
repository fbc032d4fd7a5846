import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AppMetrics } from './app/deps.js';
import type { Channel } from './domain/messages/channel.js';
import { noticeCodes } from './domain/values/notice-code.js';

/** What is read when somebody scrapes. */
export interface Gauges {
  /** Real seconds since the oldest due poke should have been made. */
  readonly outboxLagSeconds: () => Promise<number>;
  readonly overdueEntries: () => Promise<number>;
  readonly stuckEntries: () => Promise<number>;
  /** Of them, those whose turn failed three times in the same way. */
  readonly stuckTurns: () => Promise<number>;
  readonly messagesUnknown: () => Promise<number>;
  readonly deadLettersOpen: () => Promise<number>;
  readonly callsFailed: () => Promise<number>;
  readonly callsLate: () => Promise<number>;
  readonly tasksOverdue: () => Promise<number>;
  readonly breakersTripped: () => Promise<number>;
  /** Real milliseconds by which this process's clock is ahead of the database's. */
  readonly clockSkewMs: () => Promise<number>;
  /** Codes of things that work as configured but may not be intended. */
  readonly notices: () => Promise<readonly string[]>;
  /** Used part of each budget of an hour, of the key or the country that used most; 1: all of it. */
  readonly budgetsUsed: () => Promise<ReadonlyMap<string, number>>;
  /** By channel. */
  readonly providerFailures: () => Promise<ReadonlyMap<string, number>>;
  /** Of the newest model of recommendations: `hit`, `popularity_hit`, `coverage`, each a part of 1. Empty: there is none. */
  readonly recommendationShares: () => Promise<ReadonlyMap<string, number>>;
  /** Imported codes that are left, by offer. */
  readonly codesLeft: () => Promise<ReadonlyMap<string, number>>;
  /** By the shop at Shopify; seconds since the epoch. Empty: none is asked. */
  readonly shopifyAskedAt: () => Promise<ReadonlyMap<string, number>>;
  /** `orders`, `checkouts`. Empty: no shop is asked. */
  readonly shopifyFound: () => Promise<ReadonlyMap<string, number>>;
  /** By channel; 1: it cannot be reached, or fails. */
  readonly providersDown: () => Promise<ReadonlyMap<string, number>>;
}

export interface Metrics extends AppMetrics {
  readonly registry: Registry;
  watch(gauges: Gauges): void;
  /** A background loop has come to the end of a round. */
  readonly loopSucceeded: (name: string) => void;
}

/** Prometheus metrics of one process. Labels are codes, never ids of people. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const verdicts = new Counter({
    name: 'sojourn_verdicts_total',
    help: 'Verdicts of the send gate.',
    labelNames: ['decision', 'reason', 'channel'],
    registers,
  });
  const attempts = new Counter({
    name: 'sojourn_attempts_total',
    help: 'Calls to providers by what they came to.',
    labelNames: ['channel', 'outcome', 'code'],
    registers,
  });
  const turns = new Histogram({
    name: 'sojourn_turn_seconds',
    help: 'Turns of entries, provider calls included.',
    labelNames: ['result'],
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers,
  });
  const ingestSeconds = new Histogram({
    name: 'sojourn_ingest_seconds',
    help: 'Requests that bring events, until committed.',
    labelNames: ['call'],
    buckets: [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
    registers,
  });
  const bounces = new Counter({
    name: 'sojourn_bounces_total',
    help: 'Mails that came back, by class, and complaints.',
    labelNames: ['class', 'provider'],
    registers,
  });
  const loops = new Gauge({
    name: 'sojourn_loop_last_success_seconds',
    help: 'When a background loop of this process last worked, as Unix time.',
    labelNames: ['loop'],
    registers,
  });
  const alarms = new Counter({
    name: 'sojourn_alarms_total',
    help: 'What an operator must mend: refusals by policy, breakers, accounts, drift.',
    labelNames: ['code'],
    registers,
  });
  const interactions = new Counter({
    name: 'sojourn_interactions_total',
    help: 'Opens and clicks, by whether a person did it.',
    labelNames: ['kind', 'verdict', 'reason'],
    registers,
  });
  return {
    registry,
    verdict: (decision: string, reason: string | null, channel: Channel) => verdicts.inc({ decision, reason: reason ?? 'none', channel }),
    attempt: (channel: Channel, outcome: string, code: string | null) => attempts.inc({ channel, outcome, code: code ?? 'none' }),
    turn: (result: string, durationMs: number) => turns.observe({ result }, durationMs / 1000),
    ingest: (call: string, durationMs: number) => ingestSeconds.observe({ call }, durationMs / 1000),
    bounce: (what: string, provider: string) => bounces.inc({ class: what, provider }),
    alarm: (code: string) => alarms.inc({ code }),
    interaction: (kind, verdict, reason) => interactions.inc({ kind, verdict, reason: reason ?? 'none' }),
    loopSucceeded: (loop) => loops.set({ loop }, Date.now() / 1000),
    watch: (gauges) => {
      const gauge = (name: string, help: string, read: () => Promise<number>): void => {
        new Gauge({
          name,
          help,
          registers,
          async collect() {
            this.set(await read());
          },
        });
      };
      gauge('sojourn_outbox_lag_seconds', 'Age of the oldest poke that is due.', gauges.outboxLagSeconds);
      gauge('sojourn_entries_overdue', 'Entries whose time came more than two minutes ago.', gauges.overdueEntries);
      gauge(
        'sojourn_entries_stuck',
        'Entries that five pokes did not move, or whose turn failed three times in the same way.',
        gauges.stuckEntries,
      );
      gauge('sojourn_turns_stuck', 'Entries whose turn failed three times in the same way.', gauges.stuckTurns);
      gauge('sojourn_messages_unknown', 'Messages with an unknown result.', gauges.messagesUnknown);
      gauge('sojourn_breakers_tripped', 'Journeys and mailbox providers that a breaker stopped.', gauges.breakersTripped);
      gauge('sojourn_calls_failed', 'Calls to receivers of shop.yaml that were refused or given up.', gauges.callsFailed);
      gauge('sojourn_calls_late', 'Calls to receivers that failed at least once and are tried again.', gauges.callsLate);
      gauge('sojourn_tasks_overdue', 'Open tasks whose due time is over.', gauges.tasksOverdue);
      gauge('sojourn_dead_letters_open', 'Events that could not be processed and wait for a person.', gauges.deadLettersOpen);
      const labelled = (name: string, help: string, label: string, read: () => Promise<ReadonlyMap<string, number>>): void => {
        new Gauge({
          name,
          help,
          labelNames: [label],
          registers,
          async collect() {
            this.reset();
            for (const [value, n] of await read()) this.set({ [label]: value }, n);
          },
        });
      };
      labelled('sojourn_notice', '1 for what sojourn status says wants a look.', 'code', async () => {
        const told = await gauges.notices();
        return new Map(noticeCodes.map((code) => [code, told.includes(code) ? 1 : 0]));
      });
      labelled('sojourn_budget_used_ratio', 'Used part of a budget of the hour; 1: nothing is left.', 'budget', gauges.budgetsUsed);
      labelled(
        'sojourn_recommendation_ratio',
        'How well recommendations find what was hidden from them (hit, popularity_hit), and of how many products they show some (coverage).',
        'of',
        gauges.recommendationShares,
      );
      labelled('sojourn_offer_codes_left', 'Imported codes of an offer that nobody has yet.', 'offer', gauges.codesLeft);
      labelled('sojourn_shopify_asked_seconds', 'When Shopify last said all that had changed.', 'shop', gauges.shopifyAskedAt);
      labelled('sojourn_shopify_found', 'Orders and checkouts that no webhook had told, ever.', 'what', gauges.shopifyFound);
      labelled('sojourn_provider_failures_in_row', 'Calls to a provider since its last success.', 'channel', gauges.providerFailures);
      labelled('sojourn_provider_down', '1 where a provider cannot be reached or fails.', 'channel', gauges.providersDown);
      gauge('sojourn_clock_skew_ms', 'How far this process is ahead of the database clock.', gauges.clockSkewMs);
    },
  };
}
