/**
 * The parts of an instance, in the order of their start. To add one: its line in `Made`, its value in a file here, a line in this list
 * behind what it needs (the test of the list says so), and its row in docs/architecture.md.
 */
import type { Part } from '../part.js';
import { clock, dataFolder, project, secret, store, temporal } from './ground.js';
import {
  app,
  audit,
  fields,
  keys,
  liveShop,
  metrics,
  notices,
  opened,
  policies,
  presence,
  published,
  segments,
  turns,
  watching,
} from './house.js';
import { locals, providers, renderer } from './sending.js';
import { doors, gauges, lookout, relay, runningFile, work } from './work.js';

export const parts: readonly Part[] = [
  dataFolder,
  project,
  temporal,
  store,
  clock,
  secret,
  locals,
  metrics,
  providers,
  renderer,
  policies,
  segments,
  fields,
  liveShop,
  app,
  opened,
  watching,
  published,
  notices,
  presence,
  turns,
  audit,
  keys,
  doors,
  work,
  relay,
  gauges,
  lookout,
  runningFile,
];
