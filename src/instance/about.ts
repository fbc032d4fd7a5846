import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiDeps } from '../api/deps.js';
import type { Config } from '../settings/config.js';
import { packageRoot } from '../temporal/package-root.js';
import type { Temporal } from './temporal-part.js';

/** Where entries are looked at in Temporal's own UI: as the settings say, or that of the embedded server once it has started. */
export function temporalUiOf(config: Config, temporal: () => Temporal | null): ApiDeps['temporalUi'] {
  const namespace = config.TEMPORAL_NAMESPACE;
  if (config.TEMPORAL_UI_URL !== undefined) return { url: config.TEMPORAL_UI_URL, namespace };
  return {
    get url() {
      return temporal()?.embedded?.uiUrl ?? '';
    },
    namespace,
  };
}

/** The version of this build. */
export async function readVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}
