import type { Fields } from '../domain/answers/field.js';
import type { Claim } from '../domain/keys/browser-word.js';
import type { Secrets } from '../domain/keys/secrets.js';
import type { IdentityPlan, Meeting } from '../domain/people/identity.js';
import type { Policies } from '../domain/policy/policies.js';
import type { Shop } from '../domain/shop/shop.js';
import type { Understood } from './read-event.js';
import type { AnswerAct, ChangedProfile, ConsentAct, NewKeyAct } from './rows.js';

export interface ProjectionNeeds {
  readonly newId: () => string;
  readonly policies: { readonly current: () => Policies };
  readonly secret: Secrets;
  readonly shop: Pick<Shop, 'country' | 'hosts'>;
  readonly fields?: { readonly current: () => Fields } | undefined;
}

/** One event and whom it is about, as a projection sees it. */
export interface Scene {
  readonly reading: Understood;
  readonly meeting: Meeting;
  /** As what came before has left them. */
  readonly person: ChangedProfile;
  readonly plan: IdentityPlan;
  /** Keys of addresses at which all marketing is refused. */
  readonly unsubscribed: ReadonlySet<string>;
  readonly needs: Omit<ProjectionNeeds, 'newId'>;
}

/** What one projection makes of an event; what is absent stays as it is. */
export interface Outcome {
  readonly person?: ChangedProfile;
  /** Codes, told by `event show`. */
  readonly notes?: readonly string[];
  readonly changedTraits?: readonly string[];
  readonly consents?: readonly ConsentAct[];
  readonly claims?: readonly Claim[];
  readonly answers?: readonly AnswerAct[];
  /** What the event's key said, so that it can be undone. */
  readonly acts?: readonly Pick<NewKeyAct, 'kind' | 'kept'>[];
}

export type Projector = (scene: Scene) => Outcome;
