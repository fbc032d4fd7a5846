/**
 * Placeholder ids: a client sends them if it has no id (`undefined`, `guest`, `0`). Two browsers that identify by one would become one
 * person: the second visitor would get emails about the first one's cart.
 */

/** The list as it is shipped; `PLACEHOLDER_IDS` replaces it. Lower case, without quotes and brackets around. */
export const shippedPlaceholders: readonly string[] = `
  undefined, null, nil, none, nan, void, empty, blank, missing, unset, not set, not_set, notset, n/a, na, unknown, unidentified, default,
  true, false, -1, object object, string, function, guest, guest user, guest_user, guestuser, guest_checkout, guest checkout, anonymous,
  anon, anonymous_user, anonymous user, anonymoususer, nobody, no_user, nouser, not_logged_in, not logged in, notloggedin, logged_out,
  logged out, loggedout, user, userid, user_id, user id, your_user_id, id, uid, uuid, customer, customerid, customer_id, customer id,
  anonymousid, anonymous_id
`
  .split(',')
  .map((id) => id.trim());

const shipped: ReadonlySet<string> = new Set(shippedPlaceholders);

/** Nothing but zeros, an expression that no template filled, and what has no letter and no digit, name nobody whatever the list says. */
const shapes: readonly RegExp[] = [/^[0\s.:_-]*$/, /^(\{\{.*\}\}|\$\{.*\}|<%.*%>|%.*%|\{.*\}|<.*>|\*\|.*\|\*)$/s, /^[^\p{L}\p{N}]*$/u];

/** Does this id name nobody? Its case, and blanks, quotes and brackets around it, do not matter; `undefined-null` is none either. */
export function isPlaceholder(id: string, list: ReadonlySet<string> = shipped): boolean {
  const whole = id.trim();
  if (shapes.some((shape) => shape.test(whole))) return true;
  const bare = whole.replace(/^["'`([{<\s]+|["'`)\]}>\s]+$/g, '').toLowerCase();
  return bare === '' || list.has(bare) || /^(undefined|null|nan|none)([\s:|._-]+(undefined|null|nan|none))+$/.test(bare);
}

/** The setting's list, separated by commas. */
export function readPlaceholders(text: string): ReadonlySet<string> {
  return new Set(
    text
      .split(',')
      .map((id) => id.trim().toLowerCase())
      .filter((id) => id !== ''),
  );
}
