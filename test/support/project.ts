import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageFolder } from '../../examples/instance.js';

/** A throw-away project folder: this repository's shop, policies and templates, with journeys of the test's own (by id, as YAML). */
export async function makeProject(journeys: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-project-'));
  await cp(join(packageFolder(), 'shop.yaml'), join(folder, 'shop.yaml'));
  await cp(join(packageFolder(), 'policies'), join(folder, 'policies'), { recursive: true });
  await writeFile(join(folder, 'policies', 'caps.yaml'), quickCaps);
  await cp(join(packageFolder(), 'templates'), join(folder, 'templates'), { recursive: true });
  await mkdir(join(folder, 'journeys'));
  for (const [id, yaml] of Object.entries(journeys)) await writeFile(join(folder, 'journeys', `${id}.journey.yaml`), yaml);
  return folder;
}

/** Caps at their ceilings and without gaps: a series that lasts seconds would not pass the shipped ones. */
const quickCaps = `policy: caps
rules:
  - { id: email-7d, channels: [email], window: P7D, limit: 7 }
  - { id: sms-7d, channels: [sms], window: P7D, limit: 4 }
ceilings:
  - { channels: [email], window: P7D, limit: 7 }
  - { channels: [sms], window: P7D, limit: 4 }
`;

/** A cart's series in seconds instead of hours: an email when the cart has been idle, a second email and a text later. */
export function quickCart(seconds: { readonly idle: number; readonly wait: number }, id = 'quick-cart'): string {
  return `journey: ${id}
name: Quick cart
class: marketing
topic: cart_reminder
priority: 80
trigger: { inactivity: { after: [cart.updated], reset_on: [cart.updated], for: PT${seconds.idle}S } }
entry:
  key: cart
  filters:
    - identified: true
    - cart: { state: { is: open } }
      reason: ordered
  reentry: always
  concurrency: merge
exits:
  - { on: order.paid, outcome: converted }
goals:
  - { id: ordered, event: order.paid, within: P1D }
max_duration: P1D
steps:
  - send: { id: first, channel: email, template: cart-reminder-1, deadline: PT4H }
  - wait: { id: pause, for: PT${seconds.wait}S }
  - send: { id: second, channel: email, template: cart-reminder-2, deadline: PT4H }
  - send: { id: text, channel: sms, template: cart-link, deadline: PT4H, not_after_start: PT47H }
`;
}
