// To add a source of knowledge: a folder here with what is needed, how the store and how the world in memory answer (`KnowledgeSource`),
// its line in the list below, a test, and a migration for what it stores. Conditions and steps then name it in `needs`. Nothing of it is
// loaded for a journey that does not ask.
import type { Answers, Questions } from '../journey/knowledge.js';
import { answers } from './answers/index.js';
import { entryProductKnown } from './entry-product/index.js';
import { eventInstants } from './event-instants/index.js';
import { experiments } from './experiments/index.js';
import { heardKnown } from './heard/index.js';
import { keyedInstants } from './keyed-instants/index.js';
import { lastingKnown } from './lasting/index.js';
import { offerKnown } from './offer/index.js';
import { offersKnown } from './offers/index.js';
import { orderKnown } from './order/index.js';
import { ordersKnown } from './orders/index.js';
import { recommendationsKnown } from './recommendations/index.js';
import { rfmKnown } from './rfm/index.js';
import { segmentsKnown } from './segments/index.js';
import { serviceKnown } from './service/index.js';
import type { KnowledgeSource } from './source.js';
import { traitAges } from './trait-ages/index.js';
import { triggerKnown } from './trigger/index.js';
import { viewedKnown } from './viewed/index.js';

export const knowledgeSources = {
  event_instants: eventInstants,
  keyed_instants: keyedInstants,
  orders: ordersKnown,
  order: orderKnown,
  trigger: triggerKnown,
  heard: heardKnown,
  rfm: rfmKnown,
  segments: segmentsKnown,
  service: serviceKnown,
  viewed: viewedKnown,
  lasting: lastingKnown,
  recommendations: recommendationsKnown,
  entry_product: entryProductKnown,
  experiments,
  answers,
  offers: offersKnown,
  offer: offerKnown,
  trait_ages: traitAges,
} satisfies { readonly [Name in keyof Questions]: KnowledgeSource<Questions[Name], unknown, Answers[Name]> };
