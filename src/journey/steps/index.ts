// To add a kind of step: a file here (`StepKind` names its parts, `StepShapes` takes its shape), its line in the list below, a test and an
// example.
// Schema, compiler, lint, graph, engine and what waits listen to are made from this list.
import type { StepEffect, StepShapes } from '../definition.js';
import { emit } from './emit.js';
import { enterJourney } from './enter-journey.js';
import { exit } from './exit.js';
import { experiment } from './experiment.js';
import { handOff } from './hand-off.js';
import { holdMarketing } from './hold-marketing.js';
import { issueIncentive } from './issue-incentive.js';
import type { StepKind } from './kind.js';
import { notify } from './notify.js';
import { send } from './send.js';
import { setConsent } from './set-consent.js';
import { split } from './split.js';
import { timeWindow } from './time-window.js';
import { updateProfile } from './update-profile.js';
import { wait } from './wait.js';
import { waitUntil } from './wait-until.js';
import { webhook } from './webhook.js';

/** By the key that stands in the file, in the order in which editors offer them. */
export const stepKinds = {
  send,
  wait,
  wait_until: waitUntil,
  time_window: timeWindow,
  split,
  experiment,
  update_profile: updateProfile,
  set_consent: setConsent,
  emit,
  enter_journey: enterJourney,
  hand_off: handOff,
  hold_marketing: holdMarketing,
  notify,
  webhook,
  issue_incentive: issueIncentive,
  exit,
} satisfies { readonly [K in keyof StepShapes]: StepKind<StepShapes[K], unknown, StepEffect> };
