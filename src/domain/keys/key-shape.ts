/** Write keys are what a shop's event client sends with; API keys open the rest of the API. */
export type KeyKind = 'write' | 'api';

/**
 * What our keys look like, in their old and new forms: `sj_wk_…`, `sj_wk_pub_…`, `sj_wk_srv_…`, `sj_api_…`. Any other text is not a key of
 * ours, and is never hashed, looked up or stored. To add a form, widen it here.
 */
const shapes: Readonly<Record<KeyKind, RegExp>> = {
  write: /^sj_wk_[A-Za-z0-9_-]{32,96}$/,
  api: /^sj_api_[A-Za-z0-9_-]{32,96}$/,
};

/** No key of ours is longer: what is longer is not even compared. */
const longestKey = 128;

export function hasKeyShape(kind: KeyKind, secret: string): boolean {
  return secret.length <= longestKey && shapes[kind].test(secret);
}
