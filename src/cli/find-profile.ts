import type { ApiClient } from './client.js';
import { CliFailure } from './failure.js';

/** A person as the API shows them. */
export interface Profile {
  readonly id: string;
  readonly identities: readonly { readonly kind: string; readonly value: string }[];
  readonly email: string | null;
  readonly phone: string | null;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly erasedAt: string | null;
  readonly carts: readonly {
    readonly id: string;
    readonly state: string;
    readonly value: number;
    readonly currency: string | null;
    readonly lines: readonly { readonly name: string; readonly quantity: number }[];
    readonly updatedAt: string;
  }[];
  readonly orders: readonly {
    readonly orderId: string;
    readonly status: string;
    readonly total: number | null;
    readonly currency: string | null;
    readonly orderedAt: string;
  }[];
  readonly consents: { readonly now: readonly { readonly channel: string; readonly topic: string; readonly granted: boolean }[] };
  readonly claims: readonly { readonly kind: string; readonly value: string; readonly at: string; readonly eventId: string }[];
  readonly suppressions: readonly { readonly channel: string; readonly reason: string; readonly at: string; readonly sentence: string }[];
}

/** Whom an id names: ours, then one of the shop's, then a browser's. */
export async function findProfile(api: ApiClient, id: string): Promise<Profile> {
  const own = await api.find<Profile>(`/v1/profiles/${encodeURIComponent(id)}`);
  if (own !== null) return own;
  for (const name of ['userId', 'anonymousId']) {
    const { items } = await api.get<{ readonly items: readonly Profile[] }>('/v1/profiles', { [name]: id });
    if (items[0] !== undefined) return items[0];
  }
  throw new CliFailure(`Nobody is known by the id ${id}: neither ours, nor one of the shop's, nor a browser's.`);
}
