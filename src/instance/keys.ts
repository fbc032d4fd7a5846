import type { AuditTrail } from '../app/audit-trail.js';
import { bySystem } from '../app/audit-trail.js';
import type { AppDeps } from '../app/deps.js';
import { keysForInstance, showWriteKeys } from '../app/manage-keys.js';
import { readInstanceKeys, writeInstanceKeys } from '../data-folder.js';

/** Keys for the owner's own tools, made at the first start; one that was revoked meanwhile is replaced. */
export async function ensureKeys(
  app: AppDeps,
  audit: AuditTrail,
  dataFolder: string,
): Promise<{ readonly writeKey: string; readonly browserKey: string; readonly apiKey: string }> {
  const known = await readInstanceKeys(dataFolder);
  const keys = await keysForInstance(app, known);
  if (keys.apiKey !== known?.apiKey) await audit.begin(bySystem(app.clock.now(), 'api-key.create', 'of the data folder'));
  const old = (await showWriteKeys(app)).filter((key) => key.isOld && key.revokedAt === null);
  if (old.length > 0)
    app.log.warn(
      { writeKeys: old.map(({ id }) => id) },
      'Write keys of before there were two kinds are browser keys now: they change no addresses, carts and consents of known people, and import nothing. Give your servers a key of their own: sojourn write-key create <name> --server.',
    );
  if (keys.writeKey !== known?.writeKey || keys.browserKey !== known.browserKey || keys.apiKey !== known.apiKey)
    await writeInstanceKeys(dataFolder, keys);
  return keys;
}
