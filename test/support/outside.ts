import type { AddressInfo } from 'node:net';
import { type DoorLimits, doorLimits } from '../../src/api/event-door/doorway.js';
import type { WriteKeyKind } from '../../src/domain/keys/speaker.js';
import type { Store } from '../../src/store/db.js';
import { createWriteKey } from '../../src/store/write-keys.js';
import { testApi } from './api.js';
import { eventDoors } from './segment.js';
import { noon } from './shop-events.js';
import { openMemoryStore } from './stores.js';
import { type TurnDeps, turnDeps } from './turns.js';

/** The HTTP door as the internet sees it: a server that listens on loopback, over an embedded store. */
export interface Outside {
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  readonly deps: TurnDeps;
  readonly apiKey: string;
  /** Makes a write key and answers its secret. */
  writeKey(kind?: WriteKeyKind): Promise<string>;
  close(): Promise<void>;
}

export async function openOutside(limits: DoorLimits = doorLimits): Promise<Outside> {
  const opened = await openMemoryStore();
  const deps = turnDeps(opened.store, { publicUrl: 'https://events.shop.example' });
  const { server, apiKey } = await testApi(deps, { plugins: [...eventDoors(deps, limits)] });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    port: (server.server.address() as AddressInfo).port,
    store: opened.store,
    deps,
    apiKey,
    writeKey: async (kind = 'server') => (await createWriteKey(opened.store.db, { name: 'shop', at: noon, kind })).secret,
    close: async () => {
      server.server.closeAllConnections();
      await server.close();
      await opened.dispose();
    },
  };
}

export function basic(user: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:`).toString('base64')}` };
}
