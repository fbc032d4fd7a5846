import { readFileSync } from 'node:fs';

/** The shipped journey of the cart as it is without the offer in its last email: what stands alone, without experiments and offers. */
export function cartWithoutOffer(): string {
  const shipped = readFileSync('journeys/abandoned-cart.journey.yaml', 'utf8');
  const [before, after] = [shipped.indexOf('  # The last word.'), shipped.indexOf('  - exit: { outcome: completed }')];
  if (before < 0 || after < before) throw new Error('The last email of the cart is not where it was.');
  const last = '  - send: { id: cart-reminder-3, channel: email, template: cart-reminder-3, deadline: PT48H }\n';
  return `${shipped.slice(0, before)}${last}${shipped.slice(after)}`;
}
