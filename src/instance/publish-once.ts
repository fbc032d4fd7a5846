import type { Log } from '../app/deps.js';
import { livePolicies } from '../app/policies/live-policies.js';
import { publishTemplates } from '../app/templates/publish-templates.js';
import { isUnpublished, publishAtStart, publishPoliciesAtStart } from '../project/publish-project.js';
import type { Config } from '../settings/config.js';
import { layFoundation } from './foundation.js';
import { type Stops, stopAll } from './stops.js';

/**
 * The role `publish`: brings the database up to date, publishes the project folder where nothing was ever published, says else what
 * differs, and ends. It runs before the other processes, so that of several on an empty database none has to be the first.
 */
export async function publishOnce(config: Config, log: Log, say: (line: string) => void): Promise<void> {
  const stops: Stops = [];
  try {
    const { store, clock, shop, templates } = await layFoundation(config, log, say, stops);
    const policies = livePolicies({ store, log });
    const app = { store, clock, shop, policies };
    const publish = async () => publishTemplates(app, await templates.reload());
    const project = { folder: config.SOJOURN_PROJECT, templates, publishTemplates: publish, say };
    const isFirst = await isUnpublished(app);
    await publishPoliciesAtStart(app, project, isFirst);
    await policies.start();
    await publishAtStart(app, project, isFirst);
  } finally {
    await stopAll(stops, log);
  }
}
