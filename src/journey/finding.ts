import type { Receiver } from '../domain/calls/call.js';
import type { Channel, MessageClass } from '../domain/messages/channel.js';

/** A place in the file, by keys and positions. */
export type Path = readonly PropertyKey[];

/** Something wrong in the meaning of a journey. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly suggestion: string | null;
  readonly severity: 'error' | 'warning';
}

/** Templates as journeys are checked against them. */
export interface TemplateCatalog {
  has(id: string): boolean;
  channelOf(id: string): Channel | null;
  classOf(id: string): MessageClass | null;
  ids(): readonly string[];
  /** Paths of the context without which it sends nothing, such as `cart.lines`. */
  requiresOf?(id: string): readonly string[];
  /** The sources of knowledge that its words name, such as `offer`. */
  namesOf?(id: string): readonly string[];
}

/** Names that there are, against which a journey is checked; those that are absent are not looked up. */
export interface KnownNames {
  readonly templates?: TemplateCatalog;
  readonly topics?: readonly string[];
  /** Ids of segments in force, or of the project. */
  readonly segments?: readonly string[];
  /** Ids of the project's journeys. */
  readonly journeys?: readonly string[];
  /** By id of experiments in force, or of the project: the arms that need a way. */
  readonly experiments?: Readonly<Record<string, readonly string[]>>;
  /** Ids of offers in force, or of the project. */
  readonly offers?: readonly string[];
  /** Receivers of `shop.yaml`, by name. */
  readonly receivers?: Readonly<Record<string, Receiver>>;
}

/** Something that the file names, and where, for lint to look up. */
export type Reference =
  | { readonly kind: 'event' | 'topic' | 'segment' | 'journey' | 'offer'; readonly name: string; readonly path: Path }
  /** `for`: the step is named as one that was done before, or as one that sends a message, or as one that hears something. */
  | { readonly kind: 'step'; readonly name: string; readonly for: 'instant' | 'message' | 'heard'; readonly path: Path }
  /** `by`: the ways by which the step can tell it something. */
  | { readonly kind: 'receiver'; readonly name: string; readonly by: readonly Receiver['kind'][]; readonly path: Path }
  /** `arms`: those that have a way. */
  | { readonly kind: 'experiment'; readonly name: string; readonly arms: readonly string[]; readonly path: Path }
  | { readonly kind: 'template'; readonly name: string; readonly channel: Channel; readonly path: Path };

export function error(path: Path, message: string, suggestion: string | null): Finding {
  return { path, message, suggestion, severity: 'error' };
}

export function warning(path: Path, message: string, suggestion: string | null): Finding {
  return { path, message, suggestion, severity: 'warning' };
}
