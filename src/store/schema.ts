import type { ColumnType, Generated } from 'kysely';
import type { Product } from '../domain/catalogue/product.js';
import type { ConsentState } from '../domain/consent/consent.js';
import type { Subject } from '../domain/events/subject.js';
import type { Speaker } from '../domain/keys/speaker.js';
import type { Terms } from '../domain/offers/offer.js';
import type { RecommendedRecord } from '../domain/recommendations/record.js';

/** Written as JSON text, read as the value. */
type Json<T> = ColumnType<T, string, string>;
type JsonDefault<T> = ColumnType<T, string | undefined, string>;

/** The tables as Kysely sees them (`migrations/` makes them). `bigint` is read as a number: milliseconds fit. */
export interface Database {
  profiles: ProfilesTable;
  identities: IdentitiesTable;
  answers: AnswersTable;
  value_flags: ValueFlagsTable;
  quiz_runs: QuizRunsTable;
  one_clicks: OneClicksTable;
  events: EventsTable;
  facts: FactsTable;
  carts: CartsTable;
  cart_tokens: CartTokensTable;
  orders: OrdersTable;
  order_lines: OrderLinesTable;
  service_records: ServiceRecordsTable;
  tasks: TasksTable;
  holds: HoldsTable;
  calls: CallsTable;
  consents: ConsentsTable;
  suppressions: SuppressionsTable;
  confirmation_requests: ConfirmationRequestsTable;
  secret_eras: SecretErasTable;
  link_requests: LinkRequestsTable;
  journeys: JourneysTable;
  journey_versions: JourneyVersionsTable;
  entries: EntriesTable;
  entry_inputs: EntryInputsTable;
  trace: TraceTable;
  waits: WaitsTable;
  template_versions: TemplateVersionsTable;
  messages: MessagesTable;
  attempts: AttemptsTable;
  verdicts: VerdictsTable;
  receipts: ReceiptsTable;
  inbound_messages: InboundMessagesTable;
  write_keys: WriteKeysTable;
  api_keys: ApiKeysTable;
  audit_log: AuditLogTable;
  audit_outcomes: AuditOutcomesTable;
  dead_letters: DeadLettersTable;
  imports: ImportsTable;
  shop_reconciles: ShopReconcilesTable;
  event_counts: EventCountsTable;
  contract_alarms: ContractAlarmsTable;
  claims: ClaimsTable;
  merges: MergesTable;
  key_acts: KeyActsTable;
  key_hours: KeyHoursTable;
  suspect_ids: SuspectIdsTable;
  key_refusals: KeyRefusalsTable;
  controls: ControlsTable;
  policy_versions: PolicyVersionsTable;
  definition_versions: DefinitionVersionsTable;
  segment_members: SegmentMembersTable;
  exposures: ExposuresTable;
  offer_codes: OfferCodesTable;
  offer_periods: OfferPeriodsTable;
  promises: PromisesTable;
  outcome_reviews: OutcomeReviewsTable;
  experiment_looks: ExperimentLooksTable;
  experiment_acts: ExperimentActsTable;
  segment_reviews: SegmentReviewsTable;
  segment_fills: SegmentFillsTable;
  segment_sizes: SegmentSizesTable;
  rfm_bounds: RfmBoundsTable;
  products: ProductsTable;
  product_changes: ProductChangesTable;
  recommendation_models: RecommendationModelsTable;
  recommendation_products: RecommendationProductsTable;
  interactions: InteractionsTable;
  idempotency_keys: IdempotencyKeysTable;
  broadcasts: BroadcastsTable;
  broadcast_recipients: BroadcastRecipientsTable;
  broadcast_batches: BroadcastBatchesTable;
}

export interface ProfilesTable {
  id: string;
  merged_into: string | null;
  traits: JsonDefault<Record<string, unknown>>;
  trait_times: JsonDefault<Record<string, number>>;
  email: string | null;
  phone: string | null;
  created_at: number;
  updated_at: number;
  last_instant: Generated<number>;
  erased_at: number | null;
  /** The fold over the person's signals (`domain/engagement`); empty: none yet. */
  engagement: JsonDefault<Record<string, unknown>>;
}

export interface SecretErasTable {
  seq: Generated<number>;
  fingerprint: string;
  place: string;
  since_at: number;
  retired_at: number | null;
  derives: Generated<boolean>;
}

export interface IdentitiesTable {
  kind: 'user' | 'anonymous';
  value: string;
  profile_id: string;
  created_at: number;
  /** 'browser': only browser keys have named this id. */
  told_by: Generated<'browser' | null>;
}

export interface EventsTable {
  seq: Generated<number>;
  message_id: string;
  profile_id: string;
  type: string;
  name: string | null;
  occurred_at: number;
  received_at: number;
  origin: string;
  payload: Json<Record<string, unknown>>;
  matched: JsonDefault<unknown[]>;
  /** Which write key told it. */
  key_id: Generated<string | null>;
  /** The client's own id, where another event had it already. */
  told_id: Generated<string | null>;
  /** Which source reads the payload. Null: Segment, from before it was kept, or Sojourn itself. */
  source: Generated<string | null>;
}

export interface FactsTable {
  seq: Generated<number>;
  event_id: string;
  profile_id: string;
  name: string;
  cart_id: string | null;
  at: number;
  /** What it is about beside the cart; null: nothing. */
  subjects: ColumnType<readonly Subject[] | null, string | null | undefined, string | null>;
  /** Null: written by a build that left them with the event. */
  properties: Json<Readonly<Record<string, unknown>>> | null;
}

export interface CartsTable {
  id: string;
  profile_id: string;
  token: string;
  state: 'open' | 'ordered';
  lines: JsonDefault<unknown[]>;
  fold: JsonDefault<Record<string, unknown>>;
  currency: string | null;
  value: Generated<number>;
  created_at: number;
  updated_at: number;
}

export interface CartTokensTable {
  token: string;
  cart_id: string;
}

export interface OrdersTable {
  order_id: string;
  profile_id: string;
  cart_id: string | null;
  status: 'created' | 'paid' | 'cancelled' | 'refunded';
  total: number | null;
  currency: string | null;
  ordered_at: number;
  updated_at: number;
  /** All that events said about it, and the event that says whose it is; null: from an earlier build, as all columns below. */
  fold: ColumnType<unknown, string | null | undefined, string | null>;
  paid_at: number | null;
  cancelled_at: number | null;
  refunded: number | null;
  /** The total less refunds; nothing once it is cancelled. */
  net: number | null;
  tax: number | null;
  shipping: number | null;
  discount: number | null;
  /** Null also where a cost is not known. */
  margin: number | null;
  codes: ColumnType<readonly string[] | null, string | null | undefined, string | null>;
  is_test: boolean | null;
  /** It counts as a purchase (`OrderView.qualifies`). */
  qualifies: boolean | null;
  shipped_at: number | null;
  promised_at: number | null;
  /** When the last shipment arrived. */
  delivered_at: number | null;
  has_exception: boolean | null;
  has_open_return: boolean | null;
}

export interface ServiceRecordsTable {
  kind: 'ticket' | 'feedback' | 'review';
  id: string;
  profile_id: string;
  order_id: string | null;
  product_id: string | null;
  /** Of tickets: open or closed. */
  state: string | null;
  rating: number | null;
  opened_at: number;
  closed_at: number | null;
  updated_at: number;
  fold: ColumnType<unknown, string, string>;
  seq: Generated<number>;
}

export interface TasksTable {
  id: string;
  profile_id: string;
  entry_id: string;
  journey_id: string;
  step: string;
  reason: string;
  title: string;
  priority: 'urgent' | 'high' | 'normal' | 'low';
  order_id: string | null;
  because: ColumnType<unknown, string, string>;
  opened_at: number;
  due_at: number | null;
  assignee: string | null;
  closed_at: number | null;
  closed_by: string | null;
  note: string | null;
}

export interface CallsTable {
  id: string;
  kind: 'webhook' | 'notice' | 'task';
  receiver: string;
  profile_id: string;
  entry_id: string;
  journey_id: string;
  step: string;
  visit: number;
  order_id: string | null;
  data: ColumnType<unknown, string, string>;
  is_awaited: boolean;
  state: 'waiting' | 'done' | 'failed';
  attempts: Generated<number>;
  /** Why the last try did not do. */
  code: string | null;
  created_at: number;
  settled_at: number | null;
  /** When it is tried next, in real milliseconds; null: never again. */
  next_real: number | null;
}

export interface HoldsTable {
  id: string;
  profile_id: string;
  /** What ends it before `until`. */
  ends_with: 'task' | 'ticket' | 'time';
  task_id: string | null;
  reason: string;
  since: number;
  until: number;
  made_by: string;
  released_at: number | null;
  released_by: string | null;
}

export interface OrderLinesTable {
  order_id: string;
  product_id: string;
  /** Empty: it has none. */
  variant: string;
  name: string | null;
  bought: number;
  /** What is left of it after refunds and returns. */
  quantity: number;
  /** Of one, before discounts. */
  price: number | null;
  /** What one costs the shop. */
  cost: number | null;
  /** What was paid for `quantity` in the end, in the order's currency. */
  net: number | null;
}

export interface ConsentsTable {
  seq: Generated<number>;
  profile_id: string;
  channel: string;
  topic: string;
  state: ConsentState;
  occurred_at: number;
  recorded_at: number;
  method: string;
  source: string;
  text: string | null;
  event_id: string | null;
  legal_basis: string | null;
  text_hash: string | null;
  locale: string | null;
  source_url: string | null;
  ip: string | null;
  user_agent: string | null;
  /** When a double opt-in was asked for. */
  requested_at: number | null;
  confirmed_at: number | null;
  expires_at: number | null;
  actor: string | null;
  evidence: string | null;
  /** Why no message asked for the confirmation; null: one did or will, or none has to. */
  not_asked: Generated<string | null>;
  /** 'browser': a browser key told it. */
  told_by: Generated<'browser' | null>;
  /** What it was before it was undone. */
  undone_state: Generated<string | null>;
}

/** Addresses that were asked to confirm a consent in the last day. */
export interface ConfirmationRequestsTable {
  channel: string;
  hash: string;
  asked_at: number;
}

/** Addresses that were sent a fresh link lately. */
export interface LinkRequestsTable {
  kind: string;
  channel: string;
  hash: string;
  asked_at: number;
}

export interface SuppressionsTable {
  channel: string;
  hash: string;
  reason: string;
  detail: string | null;
  created_at: number;
  /** Fingerprint of the secret that the hash was made by; null: of the first era's. */
  made_by: ColumnType<string | null, string | null | undefined, string | null>;
}

export interface JourneysTable {
  id: string;
  state: 'active' | 'paused' | 'archived';
  live_version: number;
  paused_at: number | null;
  created_at: number;
  updated_at: number;
  /** Made by Sojourn for a shop's own message or a broadcast; hidden from lists of journeys. */
  is_internal: Generated<boolean>;
}

export interface JourneyVersionsTable {
  journey_id: string;
  version: number;
  source: string;
  definition: Json<Record<string, unknown>>;
  hash: string;
  note: string | null;
  published_at: number;
}

export interface EntriesTable {
  id: string;
  journey_id: string;
  version: number | null;
  profile_id: string;
  entry_key: string;
  cart_id: string | null;
  /** What it is about beside the cart; null: nothing. */
  subjects: ColumnType<readonly Subject[] | null, string | null | undefined, string | null>;
  state: 'armed' | 'open' | 'finished';
  activity: 'ready' | 'waiting' | 'queued' | 'submitting' | 'held' | 'done';
  data: Json<Record<string, unknown>>;
  instruction: Json<Record<string, unknown>>;
  step: string | null;
  due_at: number | null;
  outcome: string | null;
  outcome_reason: string | null;
  trigger_event_id: string | null;
  created_at: number;
  entered_at: number | null;
  finished_at: number | null;
  /** Real clock: when the poke loop looks at this entry next. */
  poke_real: number | null;
  poke_count: Generated<number>;
  run_started: Generated<boolean>;
  /** How its last turn failed (`faultWords`), how often in a row, and when last, by the real clock. A turn that works empties it. */
  fault: Generated<string | null>;
  fault_count: Generated<number>;
  fault_real: Generated<number | null>;
}

export interface EntryInputsTable {
  seq: Generated<number>;
  entry_id: string;
  input: Json<Record<string, unknown>>;
  created_at: number;
  consumed_at: number | null;
}

export interface TraceTable {
  seq: Generated<number>;
  entry_id: string;
  at: number;
  step: string | null;
  kind: string;
  text: string;
}

export interface WaitsTable {
  seq: Generated<number>;
  entry_id: string;
  event: string;
  /** `profile`, or a kind of subject. */
  by_kind: string;
  by_value: string;
  purpose: string;
  hastens: boolean;
}

export interface TemplateVersionsTable {
  template_id: string;
  version: number;
  channel: string;
  class: string;
  hash: string;
  compiled: Json<Record<string, unknown>>;
  published_at: number;
}

export interface MessagesTable {
  id: string;
  origin: 'journey' | 'test' | 'api' | 'broadcast';
  entry_id: string | null;
  journey_id: string | null;
  version: number | null;
  step: string | null;
  visit: number | null;
  profile_id: string;
  channel: string;
  class: string;
  topic: string;
  priority: number;
  template: string;
  template_version: number | null;
  state: string;
  reason: string | null;
  slot_at: number;
  deadline_at: number;
  attempts: Generated<number>;
  /** Real clock: until when the running attempt may still be at the provider. */
  lease_real: number | null;
  content: ColumnType<Record<string, unknown> | null, string | null, string | null>;
  content_hash: string | null;
  /** Addresses behind the numbered links, in order, the hidden one's first; null: they do not tell. */
  links: ColumnType<readonly string[] | null, string | null | undefined, string | null>;
  /** The products that it recommends, and why; null: it recommends nothing. */
  recommended: ColumnType<RecommendedRecord | null, string | null | undefined, string | null>;
  /** The promise whose code it shows; null: none. */
  promise_id: number | null;
  /** What the step says of caps; null: as the class does. */
  counts_toward_cap: Generated<boolean | null>;
  mailbox_provider: Generated<string | null>;
  /**
   * Of the address that it is for, or went to (`suppressionKeys`); null: there was none, or it was written before there was this column.
   */
  address_hash: Generated<string | null>;
  /** ISO 3166, of the number of a text that was submitted. */
  country: Generated<string | null>;
  segments: number | null;
  provider: string | null;
  provider_id: string | null;
  submitted_at: number | null;
  accepted_at: number | null;
  created_at: number;
  updated_at: number;
}

export interface AttemptsTable {
  message_id: string;
  n: number;
  started_at: number;
  lease_real: number;
  outcome: string | null;
  code: string | null;
  provider_id: string | null;
  finished_at: number | null;
  host: ColumnType<string | null, string | null | undefined, string | null>;
  reply: ColumnType<string | null, string | null | undefined, string | null>;
}

export interface VerdictsTable {
  seq: Generated<number>;
  message_id: string;
  at: number;
  decision: string;
  reason: string | null;
  /** As `StoredDetail` has it. */
  detail: JsonDefault<Record<string, unknown>>;
  until_at: number | null;
}

export interface ReceiptsTable {
  seq: Generated<number>;
  dedupe: string;
  message_id: string;
  provider: string;
  status: string;
  code: string | null;
  at: number;
  received_at: number;
}

export interface InboundMessagesTable {
  id: string;
  profile_id: string | null;
  channel: string;
  action: string;
  body: string | null;
  received_at: number;
  /** When a person looked at a sentence that was taken for a revocation. */
  reviewed_at: Generated<number | null>;
}

export interface KeysTable {
  id: string;
  name: string;
  prefix: string;
  hash: string;
  created_at: number;
  revoked_at: number | null;
}

/** A key that is public (`browser`) or secret (`server`); `lineage`: the first of the keys that were rotated into it, null: itself. */
export interface WriteKeysTable extends KeysTable {
  kind: Generated<'browser' | 'server'>;
  lineage: Generated<string | null>;
  ends_at: Generated<number | null>;
  last_used_at: Generated<number | null>;
}

export interface ClaimsTable {
  seq: Generated<number>;
  profile_id: string;
  kind: 'email' | 'phone' | 'user' | 'anonymous';
  value: string;
  event_id: string;
  key_id: string | null;
  at: number;
  received_at: number;
}

export interface MergesTable {
  id: string;
  from_id: string;
  into_id: string;
  event_id: string | null;
  key_id: string | null;
  at: number;
  kept: Json<Record<string, unknown>>;
  undone_at: number | null;
}

export interface KeyActsTable {
  seq: Generated<number>;
  key_id: string;
  profile_id: string;
  event_id: string;
  kind: 'traits' | 'consent' | 'claim' | 'identity';
  at: number;
  received_at: number;
  kept: JsonDefault<Record<string, unknown>>;
  undone_at: number | null;
}

export interface KeyRefusalsTable {
  key_id: string;
  what: string;
  n: number;
  first_at: number;
  last_at: number;
}

/** User ids that name nobody, or seem to. */
export interface SuspectIdsTable {
  value: string;
  why: 'placeholder' | 'crowded';
  since_at: number;
  seen_at: number;
}

export interface KeyHoursTable {
  key_id: string;
  hour: number;
  what: string;
  n: number;
}

/** `scopes`: null, made before keys had scopes. */
export interface ApiKeysTable extends KeysTable {
  scopes: string[] | null;
  expires_at: number | null;
  parent_id: string | null;
  replaces: string | null;
  last_used_at: number | null;
}

/** What was done, read or exported, by whom, about whom. It can be added to, and nothing else. */
export interface AuditLogTable {
  seq: Generated<number>;
  at: number;
  act: string;
  kind: string;
  actor_kind: string;
  actor_id: string | null;
  profile_ids: string[];
  subject: string | null;
  request_id: string | null;
  status: number | null;
}

export interface AuditOutcomesTable {
  seq: number;
  status: number;
}

export interface DeadLettersTable {
  id: string;
  source: string;
  reason: string;
  detail: string;
  payload: Json<unknown>;
  received_at: number;
  retried_at: number | null;
  resolved_at: number | null;
  /** With which key it came, and whether the person was vouched for. */
  speaker: ColumnType<Speaker | null, string | null | undefined, string | null>;
}

/** How many facts came in an hour (`0053`): `CountRow`. */
interface EventCountsTable {
  hour: number;
  name: string;
  property: string;
  type: string;
  count: number;
}

/** What is wrong with events that journeys read (`0053`). */
interface ContractAlarmsTable {
  key: string;
  code: string;
  readers: Json<readonly string[]>;
  sentence: string;
  since: number;
}

/** Files that are imported, and how far (`0052`). */
export interface ImportsTable {
  id: string;
  kind: string;
  file: string;
  digest: string;
  mapping: Json<unknown>;
  header: Json<readonly string[]>;
  triggers: boolean;
  as_of: number;
  /** Things of the file that are dealt with: lines, or groups of lines. */
  position: number;
  taken: number;
  faulty: number;
  silent: JsonDefault<Readonly<Record<string, number>>>;
  started_at: number;
  updated_at: number;
  finished_at: number | null;
}

export interface ControlsTable {
  key: string;
  value: Json<unknown>;
  updated_at: number;
}

export interface PolicyVersionsTable {
  kind: string;
  version: number;
  source: string;
  definition: Json<Record<string, unknown>>;
  hash: string;
  note: string | null;
  published_at: number;
}

export interface DefinitionVersionsTable {
  kind: string;
  id: string;
  version: number;
  source: string;
  definition: ColumnType<Record<string, unknown> | null, string | null, never>;
  hash: string;
  note: string | null;
  published_at: number;
  /** Journeys hear of everybody whom this version moves. */
  tells: Generated<boolean>;
}

export interface ExperimentLooksTable {
  seq: Generated<number>;
  experiment: string;
  seed: string;
  version: number;
  day: number;
  at: number;
  inputs: Json<unknown>;
  inputs_hash: string;
  state: Json<unknown>;
  look: number | null;
  alpha_spent: number;
  split_p: number;
  most_factor: number;
  code_version: string;
}

export interface ExperimentActsTable {
  seq: Generated<number>;
  experiment: string;
  seed: string;
  kind: 'decide' | 'reverse' | 'reveal';
  arm: string | null;
  look_seq: number | null;
  made_by: string;
  reason: string | null;
  at: number;
  /** Arms of their own, by segment. */
  segments: Generated<Json<Readonly<Record<string, string>>> | null>;
}

export interface OutcomeReviewsTable {
  seq: Generated<number>;
  profile_id: string;
}

export interface OfferCodesTable {
  code_key: string;
  code: string;
  offer: string;
  seq: Generated<number>;
  is_taken: Generated<boolean>;
}

export interface OfferPeriodsTable {
  offer: string;
  period: string;
  codes: number;
  cost: number;
  since: number;
}

/** `shown_in`: further entries of the person whose messages show the code. */
export interface PromisesTable {
  seq: Generated<number>;
  offer: string;
  version: number;
  code: string;
  code_key: string;
  profile_id: string;
  entry_id: string;
  journey_id: string;
  step: string;
  shown_in: Generated<readonly string[]>;
  order_id: string | null;
  terms: ColumnType<Terms, string, never>;
  cost: number;
  is_marketing: boolean;
  void_by_cancellation: boolean;
  void_by_full_price: boolean;
  issued_at: number;
  expires_at: number;
}

/** Money in thousandths of the currency's unit. `bare`: of orders whose margin is not known. */
export interface ExposuresTable {
  seq: Generated<number>;
  experiment: string;
  seed: string;
  unit: string;
  profile_id: string;
  arm: string;
  version: number;
  entry_id: string;
  step: string;
  at: number;
  window_ms: number;
  is_due: Generated<boolean>;
  orders: Generated<number>;
  net: Generated<number>;
  discount: Generated<number>;
  margin: Generated<number>;
  bare_net: Generated<number>;
  bare_discount: Generated<number>;
  refunded: Generated<number>;
  unsubscribed: Generated<boolean>;
  complained: Generated<boolean>;
  stopped: Generated<boolean>;
  /** Of those that the experiment names, when the person came; null: it names none, or that was not known. */
  segment: Generated<string | null>;
}

export interface RfmBoundsTable {
  version: Generated<number>;
  made_at: number;
  people: number;
  currency: string | null;
  recency: ColumnType<readonly number[], string, never>;
  frequency: ColumnType<readonly number[], string, never>;
  monetary: ColumnType<readonly number[], string, never>;
}

export interface SegmentMembersTable {
  seq: Generated<number>;
  segment_id: string;
  profile_id: string;
  version: number;
  since: number;
  because: Json<readonly string[]>;
}

export interface SegmentReviewsTable {
  profile_id: string;
  due_at: number;
}

export interface SegmentFillsTable {
  segment_id: string;
  version: number;
  started_at: number;
  begins_real: number;
  after_id: string;
  seen: number;
  finished_at: number | null;
}

export interface SegmentSizesTable {
  segment_id: string;
  at: number;
  size: number;
}

export interface ProductsTable {
  product_id: string;
  updated_at: number;
  mark: string;
  product: ColumnType<Product | null, string | null, string | null>;
  family: string;
  tags: string[];
  collections: string[];
  is_in_stock: boolean;
  price: number | null;
  received_at: number;
}

export interface ProductChangesTable {
  seq: Generated<number>;
  product_id: string;
  what: string;
  at: number;
  price: number | null;
  was: number | null;
  after_id: Generated<string>;
}

export interface RecommendationModelsTable {
  version: number;
  built_at: number;
  took_ms: number;
  baskets: number;
  modelled: number;
  tested: number;
  hits: number;
  popularity_hits: number;
  shown: number;
  is_used: boolean;
}

export interface RecommendationProductsTable {
  version: number;
  product_id: string;
  bought: Json<Readonly<Record<string, number>>>;
  companions: Json<Readonly<Record<string, number>>>;
}

export interface InteractionsTable {
  seq: Generated<number>;
  message_id: string;
  profile_id: string;
  kind: 'open' | 'click' | 'reply';
  link: number | null;
  verdict: 'pending' | 'human' | 'machine';
  reason: string | null;
  at: number;
}

export interface IdempotencyKeysTable {
  key_hash: string;
  request_hash: string;
  /** The entry or broadcast that the request made. */
  entry_id: string;
  answer: ColumnType<unknown, string | null | undefined, string | null>;
  created_at: number;
}

export interface BroadcastsTable {
  id: string;
  name: string;
  template: string;
  state: 'running' | 'paused' | 'cancelled' | 'finished';
  data: JsonDefault<Record<string, unknown>>;
  settings: JsonDefault<Record<string, unknown>>;
  total: number;
  enrolled: Generated<number>;
  created_at: number;
  starts_at: number;
  finished_at: number | null;
}

export interface BroadcastRecipientsTable {
  broadcast_id: string;
  position: number;
  profile_id: string;
  entry_id: string | null;
  data: ColumnType<Record<string, unknown> | null, string | null | undefined, string | null>;
}

/** Positions of recipients, `until` left out; `poke_real` null: all of them have had their turn. */
export interface BroadcastBatchesTable {
  broadcast_id: string;
  first: number;
  until: number;
  poke_real: number | null;
}

/** What people said to questions (`0037`). */
interface AnswersTable {
  seq: Generated<number>;
  profile_id: string;
  name: string;
  value: Json<unknown> | null;
  source: string;
  quiz: string | null;
  version: number | null;
  purpose: string | null;
  answered_at: number;
  expires_at: number;
  recorded_at: number;
  event_id: string | null;
  consent: Json<unknown> | null;
}

/** Values that seem wrong (`0038`). */
interface ValueFlagsTable {
  seq: Generated<number>;
  profile_id: string;
  kind: 'trait' | 'answer';
  field: string;
  code: string;
  at: number;
}

/** How far people are in quizzes (`0039`). */
interface QuizRunsTable {
  seq: Generated<number>;
  profile_id: string;
  quiz: string;
  version: number;
  given: JsonDefault<Record<string, unknown>>;
  started_at: number;
  updated_at: number;
  completed_at: number | null;
}

/** Answers that a link in a message brought (`0039`). */
interface OneClicksTable {
  seq: Generated<number>;
  profile_id: string;
  message_id: string;
  quiz: string;
  question: string;
  answer: string;
  verdict: string;
  reason: string | null;
  at: number;
}

/** What a connected shop has been asked (`0056`). Orders and checkouts: found in all, and the last time. */
export interface ShopReconcilesTable {
  shop: string;
  orders_to: number | null;
  checkouts_to: number | null;
  next_real: Generated<number>;
  succeeded_at: number | null;
  failed_at: number | null;
  failure: string | null;
  found_orders: Generated<number>;
  found_checkouts: Generated<number>;
  last_orders: Generated<number>;
  last_checkouts: Generated<number>;
  registered_at: number | null;
  restored: Json<readonly string[]> | null;
  restored_at: number | null;
}
