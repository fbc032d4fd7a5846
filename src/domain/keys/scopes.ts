/** What an API key may do. `admin` may do everything. */
export const scopes = ['events', 'read', 'send', 'consent', 'privacy', 'publish', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** Whether a key with these scopes opens what asks for `asked`. */
export function opens(held: readonly Scope[], asked: Scope): boolean {
  return held.includes('admin') || held.includes(asked);
}
