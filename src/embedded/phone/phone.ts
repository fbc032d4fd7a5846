import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '../local-server.js';
import { Network } from './network.js';
import type { PhoneOptions } from './options.js';
import { createServer } from './server.js';
import { TextStore } from './texts.js';

export interface Phone {
  /** Page, `/inbound`, `/chaos` and Twilio's paths, without a slash at the end. */
  readonly url: string;
  /** Where inbound texts are delivered. `reachedAt`: where the listener of that address is reached, when not there. */
  setInboundUrl(url: string, reachedAt?: string): void;
  close(): Promise<void>;
}

/**
 * Twilio's Messages API on loopback: texts are taken, told about by signed callbacks, and readable on a page; `POST /inbound` plays a
 * person who writes. A text is on the disk before it is answered 201, and callbacks that were not accepted are repeated after a restart.
 */
export async function startPhone(options: PhoneOptions): Promise<Phone> {
  const folder = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sojourn-phone-')));
  const store = await TextStore.open(join(folder, 'phone.log'));
  const network = new Network(store, options);
  const server = createServer(store, network, options);
  const url = await listen(server, options.httpPort, options);
  network.resume();
  return {
    url,
    setInboundUrl: (inboundUrl, reachedAt) => network.setInboundUrl(inboundUrl, reachedAt),
    close: async () => {
      await server.close();
      await network.close();
      await store.close();
      if (options.dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
