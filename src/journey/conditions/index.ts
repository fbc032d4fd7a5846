// To add a kind of condition: a file here (`ConditionKind` names its parts, `ConditionShapes` takes its shape), its line in the list below,
// a test and an example. YAML, compiler, lint, engine and what a turn loads are made from this list. What it asks for that no source knows
// yet: `src/knowledge`.
import { answer } from './answer.js';
import { birthday } from './birthday.js';
import { bought } from './bought.js';
import { cart } from './cart.js';
import { all, any } from './combination.js';
import type { ConditionShapes } from './condition.js';
import { consent } from './consent.js';
import { eventCount } from './event-count.js';
import { eventProperty } from './event-property.js';
import { heard } from './heard.js';
import { identified } from './identified.js';
import type { ConditionKind } from './kind.js';
import { lastOrder } from './last-order.js';
import { lastRating } from './last-rating.js';
import { message } from './message.js';
import { negation } from './negation.js';
import { openTicket } from './open-ticket.js';
import { order } from './order.js';
import { orders } from './orders.js';
import { rfm } from './rfm.js';
import { runsLow } from './runs-low.js';
import { segment } from './segment.js';
import { tier } from './tier.js';
import { trait } from './trait.js';
import { viewed } from './viewed.js';

/** By the key that stands in the file, in the order in which editors offer them. */
export const conditionKinds = {
  all,
  any,
  not: negation,
  identified,
  trait,
  answer,
  event_property: eventProperty,
  heard,
  event_count: eventCount,
  cart,
  order,
  last_order: lastOrder,
  orders,
  bought,
  open_ticket: openTicket,
  last_rating: lastRating,
  consent,
  viewed,
  runs_low: runsLow,
  segment,
  rfm,
  tier,
  birthday,
  message,
} satisfies { readonly [K in keyof ConditionShapes]: ConditionKind<ConditionShapes[K], unknown> };
