import type { RawBuilder } from 'kysely';
import type { Sealed } from '../domain/keys/sealed.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, ProfileId } from '../domain/values/ids.js';
import type { Tables } from '../simulator/memory/tables.js';

/** Whom a turn is about. `entryId` tells what the entry itself did apart. */
export interface About {
  /** Null: it is asked for no entry. */
  readonly entryId: EntryId | null;
  /** Or an expression of it, in a statement about several people. */
  readonly profileId: ProfileId | RawBuilder<unknown>;
}

/** Opens what is kept of a field; undefined: no secret of this process opens it. Absent where nobody may see it. */
export type OpenSealed = (name: string, sealed: Sealed) => unknown;

/** The world in memory. `sharers`: others who have an address of the person's, where they are few. */
export interface MemoryLook {
  /** Null: it is asked for no entry. */
  readonly entryId: EntryId | null;
  readonly profileId: ProfileId;
  readonly tables: Tables;
  readonly sharers: readonly ProfileId[];
}

/**
 * One thing that may be known about a person: what of it is needed, from the store, from memory. Both ways must come to the same answer:
 * random scripts are played in both worlds and compared.
 */
export interface KnowledgeSource<Need, Question, Answer> {
  /** All that a journey needs of it, as one question. `at`: the instant of the turn. */
  question(needs: readonly Need[], at: Instant): Question;
  /**
   * An expression of one JSON value. It becomes a column of the one statement that reads a turn's facts, under its locks, so it costs no
   * statement. That statement has the ids of `sharers` at hand: `select id from inbox`.
   */
  fromStore(question: Question, about: About): RawBuilder<unknown>;
  /** What the database made of it; null where it found nothing. `open`: values that are encrypted where they are kept. */
  read(json: unknown, open?: OpenSealed): Answer;
  fromMemory(question: Question, look: MemoryLook): Answer;
  /**
   * How templates read it, as a variable of the source's name. Absent: they do not. Only a message whose template names it has it loaded.
   */
  readonly template?: {
    /** What a template that names it wants to know. */
    readonly need: Need;
    /** What it wants beside where it names the source with an argument: `recommendations gifts`. Absent: it takes none. */
    readonly needOf?: (argument: string) => Need;
    /** It is chosen by what is encrypted where it is kept, and shows none of it. */
    readonly opensSealed?: true;
    /** A message that names it waits where there is nothing to show, and why. Absent: it is rendered all the same. */
    readonly without?: string;
    /** For lint, previews and samples: what a template may read of it. */
    readonly example: unknown;
    /** What stands under the name at an instant; null: there is nothing, and the template must say what then. */
    show(answer: Answer, at: Instant): unknown;
  };
}
