import type { AppDeps } from '../app/deps.js';
import type { AuditTrail } from '../app/keys/audit-trail.js';
import { bySystem } from '../app/keys/audit-trail.js';
import { keysForInstance, warnOfOldKeys } from '../app/keys/manage-write-keys.js';
import { readInstanceKeys, writeInstanceKeys } from './data-folder.js';

/** Keys for the owner's own tools, made at the first start; one that was revoked meanwhile is replaced. */
export async function ensureKeys(
  app: AppDeps,
  audit: AuditTrail,
  dataFolder: string,
): Promise<{ readonly writeKey: string; readonly browserKey: string; readonly apiKey: string }> {
  const known = await readInstanceKeys(dataFolder);
  const keys = await keysForInstance(app, known);
  if (keys.apiKey !== known?.apiKey) await audit.begin(bySystem(app.clock.now(), 'api-key.create', 'of the data folder'));
  for (const warning of await warnOfOldKeys(app)) app.log.warn({}, warning);
  if (keys.writeKey !== known?.writeKey || keys.browserKey !== known.browserKey || keys.apiKey !== known.apiKey)
    await writeInstanceKeys(dataFolder, keys);
  return keys;
}
