import PostalMime from 'postal-mime';
import { publishJourney } from '../../src/app/journeys/publish-journey.js';
import { publishTemplates } from '../../src/app/templates/publish-templates.js';
import { composeEmail } from '../../src/channels/email/compose.js';
import type { OutgoingEmail } from '../../src/domain/messages/outgoing.js';
import { createRenderer } from '../../src/render/renderer.js';
import type { Store } from '../../src/store/db.js';
import { findTemplateVersion } from '../../src/store/templates.js';
import { shipped, withTemplates } from '../render/project.js';
import { bodyOf } from './hostile-corpus.js';
import { shop } from './shop.js';
import { openShopDoor } from './shop-door.js';

/** Everything that a template may do with what people say of themselves. */
const template = {
  'templates/email/hostile.yaml': `class: marketing
topic: cart_reminder
words:
  en:
    subject: "{% if profile.firstName %}{{ profile.firstName }}, {% endif %}{{ profile.traits.lastName | default: 'Hello' }} {{ cart.lines[0].name }}"
    preheader: "{{ profile.traits.points | default: '' | money }} {{ profile.traits.birthday | default: '' | date: 'long' }}"
    body: "{{ profile.traits.birthday | default: '' | date: '%d.%m.%Y %H:%M' }} {{ profile.traits.points | default: 0 }} {{ profile.traits.link | default: '' }} {{ profile.traits.timezone | default: '' | upcase }}"
  de:
    subject: "{{ profile.traits.lastName | default: 'Hallo' }} {{ cart.lines[0].name }}"
    preheader: "{{ profile.traits.points | default: '' | money }} {{ profile.traits.birthday | default: '' | date: 'long' }}"
    body: "{{ profile.traits.birthday | default: '' | date: 'full' }} {{ profile.traits.nickname | default: '' }} {{ profile.traits.locale | default: '' }}"
`,
  'templates/email/hostile.mjml': `<mj-section><mj-column><mj-text>{{ words.body }}</mj-text>
<mj-button href="{{ profile.traits.link | default: '' | safe_url }}">{{ profile.traits.firstName | default: 'Go on' }}</mj-button></mj-column></mj-section>
<partial name="return-button" />
<partial name="cart-lines" />
`,
};

const journey = `journey: hostile
name: Hostile values
class: marketing
topic: cart_reminder
priority: 80
trigger: { inactivity: { after: [cart.updated, checkout.started], reset_on: [cart.updated], for: PT1H } }
entry:
  key: cart
  filters: [{ identified: true }]
  reentry: always
  concurrency: merge
exits:
  - { on: order.paid, outcome: converted }
max_duration: P20D
steps:
  - send: { id: first, channel: email, template: hostile, deadline: PT24H }
  - wait: { id: ten, for: P1D, at: "10:00" }
  - split:
      id: worth
      branches:
        - id: much
          when: { any: [{ trait: { name: points, at_least: 50 } }, { trait: { name: points, is: true } }, { trait: { name: birthday, is: "1990-03-01" } }, { cart: { value: { at_least: 100 } } }] }
          steps: [{ wait: { id: while, for: PT1M } }]
  - send: { id: text, channel: sms, template: cart-link, deadline: PT24H, not_after_start: P10D }
`;

/** An instance's doors over a store, with the shipped templates and a journey that asks all that can be asked of a person. */
export async function openHostileShop(store: Store) {
  const door = await openShopDoor(
    { renderer: createRenderer({ shop, loadVersion: (id, version) => findTemplateVersion(store.db, id, version) }) },
    () => Promise.resolve({ store, dispose: () => Promise.resolve() }),
  );
  await door.begin();
  const text = { 'templates/sms/cart-link.yaml': await shipped('templates/sms/cart-link.yaml') };
  await withTemplates({ ...text, ...template }, async (set) => {
    const published = await publishTemplates(door.deps, set);
    const refused = published.flatMap(({ problems }) => problems.filter(({ severity }) => severity === 'error'));
    if (refused.length > 0) throw new Error(refused.map(({ message }) => message).join(' '));
    const result = await publishJourney({ ...door.deps, templates: set }, { source: journey });
    if (result.kind === 'refused') throw new Error(result.problems.map(({ message }) => message).join(' '));
  });
  const authorization = `Basic ${Buffer.from(`${door.shop.secret}:`).toString('base64')}`;
  return {
    ...door,
    /** A batch with values that are written as they are. */
    async batch(events: readonly unknown[]): Promise<number> {
      const answer = await door.server.inject({
        method: 'POST',
        url: '/v1/batch',
        headers: { 'content-type': 'application/json', authorization },
        payload: bodyOf({ batch: events }),
      });
      return answer.statusCode;
    },
    /** A page, as a person opens it. */
    page: (url: string, form?: string) =>
      door.server.inject({
        method: form === undefined ? 'GET' : 'POST',
        url,
        headers: form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' },
        ...(form === undefined ? {} : { payload: form }),
      }),
  };
}

/** Words that only programs say. */
const programWords = /\bundefined\b|\[object |\bNaN\b|\{\{|\}\}|\$\{|function \(/;

/** What is wrong with a mail as it goes over the wire; empty: nothing. */
export async function faultsOfMail(mail: OutgoingEmail, allowed: string): Promise<readonly string[]> {
  const { raw, envelope } = await composeEmail(mail, null, null);
  const parsed = await PostalMime.parse(raw);
  const lines = raw.toString('latin1').split('\r\n');
  const head = lines.slice(0, lines.indexOf(''));
  const faults = [
    lines.some((line) => line.length > 998) ? 'a line is longer than 998 octets' : null,
    lines.some((line) => /[\r\n\0]/.test(line)) ? 'a lone line end, or a NUL' : null,
    head.some((line) => /[^\x20-\x7e\t]/.test(line)) ? 'a header with other than printable letters' : null,
    head.filter((line) => /^(?:to|subject|from|message-id|date):/i.test(line)).length === 5 ? null : 'a header is missing or there twice',
    (parsed.to ?? []).length === 1 && parsed.to?.[0]?.address === mail.to.address && envelope.to === mail.to.address
      ? null
      : 'other people than one get it',
    (parsed.cc ?? []).length + (parsed.bcc ?? []).length === 0 ? null : 'somebody gets a copy',
    parsed.subject === mail.subject ? null : `the subject is read otherwise: ${parsed.subject ?? 'none'}`,
    (parsed.html ?? '').trim() === '' || (parsed.text ?? '').trim() === '' ? 'a part is empty' : null,
    /\b(?:href|src)="\s*"/.test(parsed.html ?? '') ? 'a link or picture without an address' : null,
    /\b(?:href|src)="\s*(?:javascript|data|vbscript|file|blob):/i.test(parsed.html ?? '') ? 'an address of a program' : null,
    /<script|\son\w+="/i.test((parsed.html ?? '').replace(/<!--.*?-->/gs, '')) ? 'a script' : null,
    ...[mail.subject, parsed.text ?? ''].map((text) =>
      programWords.test(text.replaceAll(allowed, '')) ? `words of a program: ${programWords.exec(text)?.[0]}` : null,
    ),
    /[\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(mail.subject) ? 'marks that turn the subject around, or half a letter' : null,
  ];
  return faults.filter((fault) => fault !== null);
}
