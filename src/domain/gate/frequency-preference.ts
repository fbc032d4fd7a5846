import { day, type Instant } from '../time/instant.js';

/** How often a person lets themselves be written to, over all channels: as they chose it in the preference centre. */
export const frequencyLevels = ['all', 'weekly', 'monthly', 'pause'] as const;
export type FrequencyLevel = (typeof frequencyLevels)[number];

/** The trait `message_frequency`. `until`: when the choice ends by itself; null: never. */
export interface FrequencyPreference {
  readonly level: FrequencyLevel;
  readonly until: Instant | null;
}

/** The name of the trait; a shop may set it by an identify too, as `weekly` or as `{level, until}`. */
export const frequencyTrait = 'message_frequency';

/** How long `pause` lasts. */
export const pauseMs = 30 * day;

const limits: Readonly<Record<FrequencyLevel, { readonly limit: number; readonly windowMs: number } | null>> = {
  all: null,
  weekly: { limit: 1, windowMs: 7 * day },
  monthly: { limit: 1, windowMs: 30 * day },
  pause: { limit: 0, windowMs: pauseMs },
};

/** What the person chose and what still holds at `at`; `all` where they chose nothing, or the choice has ended. */
export function chosenFrequency(traits: Readonly<Record<string, unknown>>, at: Instant): FrequencyPreference {
  const all = { level: 'all', until: null } as const;
  const said = traits[frequencyTrait];
  const [level, until] = typeof said === 'object' && said !== null ? [fieldOf(said, 'level'), fieldOf(said, 'until')] : [said, null];
  if (!isLevel(level)) return all;
  const ends = typeof until === 'number' && Number.isFinite(until) ? until : null;
  return ends !== null && ends <= at ? all : { level, until: ends };
}

/**
 * The cap that a person chose, on all channels and topics together; no journey overrides it. Null: none. A limit of 0 allows no message;
 * `until` is its end, after which there is room again.
 */
export function chosenCap(
  traits: Readonly<Record<string, unknown>>,
  at: Instant,
): { readonly limit: number; readonly windowMs: number; readonly until: Instant | null } | null {
  const { level, until } = chosenFrequency(traits, at);
  const cap = limits[level];
  return cap === null ? null : { ...cap, until };
}

function isLevel(value: unknown): value is FrequencyLevel {
  return typeof value === 'string' && (frequencyLevels as readonly string[]).includes(value);
}

function fieldOf(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
