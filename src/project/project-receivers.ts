import type { Receiver } from '../domain/calls/call.js';
import { loadShop } from './shop.js';

/** The receivers that `shop.yaml` of a project folder names. Throws a ShopError where it cannot be read. */
export async function projectReceivers(folder: string): Promise<Readonly<Record<string, Receiver>>> {
  return (await loadShop(folder)).receivers ?? {};
}
