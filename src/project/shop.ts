import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Receiver } from '../domain/calls/call.js';
import type { EmailSender, Shop } from '../domain/shop/shop.js';
import { shopHosts } from '../domain/shop/shop-address.js';
import { type ChosenColours, paletteOf, type ShopLook, unreadable } from '../domain/shop/shop-look.js';
import { isTimeZone } from '../domain/time/time-zone.js';
import { decodeText } from '../domain/values/decode-text.js';
import { languageOf } from '../domain/values/language-tag.js';
import type { FileProblem } from '../yaml/problem.js';
import { describeProblem } from '../yaml/problem.js';
import { checkYaml, readYaml } from '../yaml/yaml-file.js';

/** `shop.yaml` is missing or wrong; the message lists every problem with its line. */
export class ShopError extends Error {
  override readonly name = 'ShopError';
}

/** Reads and checks `shop.yaml` in the project folder. Throws a ShopError that says what to mend. */
export async function loadShop(projectFolder: string): Promise<Shop> {
  const path = join(projectFolder, 'shop.yaml');
  let source: string;
  try {
    source = decodeText(await readFile(path));
  } catch (cause) {
    throw new ShopError(
      `There is no shop.yaml in the project folder (${projectFolder}). It says who the shop is: copy the one of Sojourn and change it.`,
      {
        cause,
      },
    );
  }
  const parsed = parseShop(source);
  if (parsed.kind === 'ok') return parsed.shop;
  throw new ShopError(`shop.yaml cannot be used:\n${parsed.problems.map((problem) => `  ${describeProblem(problem)}`).join('\n')}`);
}

/** `source` is the text of `shop.yaml`; problems carry line and column. */
export function parseShop(
  source: string,
): { readonly kind: 'ok'; readonly shop: Shop } | { readonly kind: 'invalid'; readonly problems: readonly FileProblem[] } {
  const checked = checkYaml(readYaml('shop.yaml', source), shopSchema);
  return checked.kind === 'ok' ? { kind: 'ok', shop: toShop(checked.value) } : checked;
}

const timeZone = z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/London');
const locale = z.string().refine(isLocale, 'must be a language tag such as en-GB');
const language = z.string().regex(/^[a-z]{2,3}$/, 'must be a language of two or three letters, such as en');
const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code in capitals, such as GBP');
const webUrl = z.url({ protocol: /^https?$/, error: 'must be a web address that begins with https://' });
const linkHost = z
  .string()
  .regex(
    /^(\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(:\d{1,5})?$/,
    'must be a host in small letters, such as cdn.shop.example, or *.shop.example for all below it; no https:// and no path',
  );
const cartLink = z
  .string()
  .regex(/^https?:\/\//, 'must be a web address that begins with https://')
  .regex(/\{\{\s*(token|lines)\s*\}\}/, 'must contain {{token}} where the cart’s token goes, or {{lines}} for what is in the cart');
const emailAddress = z.email('must be an email address');
const smsSender = z
  .string({ error: 'must be text: put the number in quotes' })
  .regex(/^(\+[1-9]\d{5,14}|MG[0-9a-f]{32}|[A-Za-z0-9 ]{1,11})$/, 'must be a number such as +447700900000 or a Messaging Service (MG…)');
const sender = z.strictObject({
  name: z.string().min(1),
  address: emailAddress,
  reply_to: emailAddress.optional(),
});
/** Caps have versions and tiers, and so a file of their own. */
const moved = z
  .unknown()
  .optional()
  .superRefine((value, context) => {
    if (value !== undefined)
      context.addIssue({
        code: 'custom',
        message: 'has moved to policies/caps.yaml',
        params: { suggestion: 'Delete it here; docs/policies.md says what to write there.' },
      });
  });

const colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour such as "#2f5d4a", in quotes');
const palette = z.strictObject({
  ground: colour.optional(),
  paper: colour.optional(),
  panel: colour.optional(),
  ink: colour.optional(),
  title: colour.optional(),
  soft: colour.optional(),
  line: colour.optional(),
  accent: colour.optional(),
});
const font = z
  .string()
  .regex(/^[\p{L}\p{N}\s,'-]{1,200}$/u, "must be font names with commas between, such as Georgia, 'Times New Roman', serif");
const look = z
  .strictObject({
    logo: z
      .strictObject({
        url: z.url({ protocol: /^https$/, error: 'must be a web address that begins with https://' }),
        width: z.int().min(24).max(480),
      })
      .optional(),
    colours: palette.default({}),
    dark: palette.default({}),
    fonts: z.strictObject({ headline: font.optional(), body: font.optional() }).default({}),
    social: z
      .array(z.strictObject({ name: z.string().min(1).max(40), url: webUrl }))
      .max(8)
      .default([]),
  })
  .superRefine((chosen, context) => {
    for (const [key, scheme] of [
      ['colours', 'light'],
      ['dark', 'dark'],
    ] as const)
      for (const { text, on, ratio } of unreadable(paletteOf(scheme, given(chosen[key]))))
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `"${text}" cannot be read on "${on}": their contrast is ${ratio.toFixed(1)}, and must be 4.5`,
        });
  });

function toLook(chosen: z.output<typeof look>): ShopLook {
  return {
    logo: chosen.logo ?? null,
    light: paletteOf('light', given(chosen.colours)),
    dark: paletteOf('dark', given(chosen.dark)),
    fonts: {
      headline: chosen.fonts.headline ?? "Georgia, 'Times New Roman', serif",
      body: chosen.fonts.body ?? "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
    },
    social: chosen.social,
  };
}

function given(colours: z.output<typeof palette>): ChosenColours {
  return Object.fromEntries(Object.entries(colours).flatMap(([name, value]) => (value === undefined ? [] : [[name, value.toLowerCase()]])));
}

/** More texts than this go to one country in an hour only where the shop says so. */
const textsPerHour = 2_000;

const receiver = z
  .strictObject({ email: emailAddress.optional(), url: webUrl.optional() })
  .refine(({ email, url }) => (email === undefined) !== (url === undefined), 'needs one of email and url')
  .refine(({ url }) => url === undefined || new URL(url).username === '', {
    path: ['url'],
    error: 'must have no name and password in it: calls are signed',
  });
const receiverName = z.string().regex(/^(?!constructor$)[a-z][a-z0-9-]{0,62}$/, 'must be a name of lower-case letters, digits and hyphens');

const shopSchema = z
  .strictObject({
    name: z.string().min(1),
    brand: z.string().min(1),
    time_zone: timeZone,
    country: z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 country in capitals, such as GB'),
    locale,
    locales: z.array(language).min(1),
    currency,
    postal_address: z
      .array(z.string().min(1))
      .min(2, 'must have at least two lines: the law of most countries wants it in marketing email'),
    site_url: webUrl,
    link_hosts: z.array(linkHost).default([]),
    support: z.strictObject({ url: webUrl, email: emailAddress }),
    look: look.prefault({}),
    cart_link: cartLink,
    email_from: z.strictObject({
      default: sender,
      transactional: sender.optional(),
      service: sender.optional(),
      marketing: sender.optional(),
      broadcast: sender.optional(),
    }),
    sms_sender: z.strictObject({
      default: smsSender,
      transactional: smsSender.optional(),
      service: smsSender.optional(),
      marketing: smsSender.optional(),
      broadcast: smsSender.optional(),
    }),
    texts: z
      .strictObject({
        countries: z
          .array(z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 country in capitals, such as GB'))
          .min(1)
          .optional(),
        per_hour: z.number().int().min(1).default(textsPerHour),
      })
      .default({ per_hour: textsPerHour }),
    receivers: z.record(receiverName, receiver).default({}),
    caps: moved,
    test_addresses: z
      .strictObject({ email: z.array(emailAddress).default([]), sms: z.array(smsSender).default([]) })
      .default({ email: [], sms: [] }),
  })
  .refine((shop) => shop.locales.includes(languageOf(shop.locale)), {
    path: ['locales'],
    error: 'must contain the language of "locale"',
  });

function toShop(file: z.output<typeof shopSchema>): Shop {
  const from = (own: z.output<typeof sender> | undefined): EmailSender => {
    const { name, address, reply_to: replyTo } = own ?? file.email_from.default;
    return { name, address, replyTo: replyTo ?? null };
  };
  const { email_from: emails, sms_sender: texts } = file;
  return {
    name: file.name,
    brand: file.brand,
    timeZone: file.time_zone,
    country: file.country,
    locale: file.locale,
    locales: file.locales,
    currency: file.currency,
    postalAddress: file.postal_address,
    siteUrl: file.site_url,
    hosts: shopHosts(file.site_url, file.link_hosts),
    supportUrl: file.support.url,
    supportEmail: file.support.email,
    look: toLook(file.look),
    cartLink: file.cart_link,
    from: {
      transactional: from(emails.transactional),
      service: from(emails.service),
      marketing: from(emails.marketing),
      broadcast: from(emails.broadcast ?? emails.marketing),
    },
    smsSender: {
      transactional: texts.transactional ?? texts.default,
      service: texts.service ?? texts.default,
      marketing: texts.marketing ?? texts.default,
      broadcast: texts.broadcast ?? texts.marketing ?? texts.default,
    },
    texts: { countries: file.texts.countries ?? [file.country], perHour: file.texts.per_hour },
    receivers: Object.fromEntries(Object.entries(file.receivers).map(([name, one]) => [name, toReceiver(one)])),
    testAddresses: file.test_addresses,
  };
}

function toReceiver({ email, url }: z.output<typeof receiver>): Receiver {
  return email === undefined ? { kind: 'webhook', url: url ?? '' } : { kind: 'email', address: email };
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
