import { type MessageClass, promotes } from './message-class.js';

/**
 * Who runs the mailboxes behind these domains. A shop's own domain that is hosted by one of them cannot be told from its name, and is
 * `other`.
 */
const domainsByProvider = {
  gmail: ['gmail.com', 'googlemail.com'],
  outlook: [
    'outlook.com',
    'outlook.de',
    'outlook.fr',
    'outlook.es',
    'outlook.it',
    'outlook.at',
    'outlook.ie',
    'outlook.com.au',
    'hotmail.com',
    'hotmail.co.uk',
    'hotmail.de',
    'hotmail.fr',
    'hotmail.es',
    'hotmail.it',
    'hotmail.nl',
    'live.com',
    'live.co.uk',
    'live.de',
    'live.fr',
    'live.it',
    'live.nl',
    'live.com.au',
    'msn.com',
    'passport.com',
  ],
  yahoo: [
    'yahoo.com',
    'yahoo.co.uk',
    'yahoo.de',
    'yahoo.fr',
    'yahoo.es',
    'yahoo.it',
    'yahoo.ca',
    'yahoo.ie',
    'yahoo.co.in',
    'yahoo.in',
    'yahoo.com.au',
    'yahoo.com.br',
    'yahoo.com.mx',
    'ymail.com',
    'rocketmail.com',
    'aol.com',
    'aol.co.uk',
    'aol.de',
    'aim.com',
    'verizon.net',
    'sky.com',
    'att.net',
    'sbcglobal.net',
    'bellsouth.net',
  ],
  apple: ['icloud.com', 'me.com', 'mac.com', 'privaterelay.appleid.com'],
  gmx: ['gmx.de', 'gmx.net', 'gmx.at', 'gmx.ch', 'gmx.com', 'gmx.co.uk', 'gmx.fr', 'web.de', 'mail.com', 'email.de', '1und1.de'],
  telekom: ['t-online.de', 'magenta.de'],
  freenet: ['freenet.de'],
  proton: ['proton.me', 'protonmail.com', 'protonmail.ch', 'pm.me'],
  comcast: ['comcast.net', 'xfinity.com'],
  bt: ['btinternet.com', 'btopenworld.com', 'talk21.com'],
  virgin: ['virginmedia.com', 'ntlworld.com', 'blueyonder.co.uk', 'virgin.net'],
  orange: ['orange.fr', 'wanadoo.fr'],
  laposte: ['laposte.net'],
  free: ['free.fr'],
  libero: ['libero.it', 'virgilio.it', 'iol.it'],
  ziggo: ['ziggo.nl', 'home.nl', 'upcmail.nl'],
  yandex: ['yandex.ru', 'yandex.com', 'ya.ru'],
  mailru: ['mail.ru', 'bk.ru', 'inbox.ru', 'list.ru'],
  qq: ['qq.com', 'foxmail.com'],
  netease: ['163.com', '126.com', 'yeah.net'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A name such as `gmail`, `outlook`, or `other`. It is all that a ledger row says about where a mail went. */
export type MailboxProvider = keyof typeof domainsByProvider | 'other';

const providersByDomain: ReadonlyMap<string, MailboxProvider> = new Map(
  Object.entries(domainsByProvider).flatMap(([provider, domains]) =>
    domains.map((domain) => [domain, provider as MailboxProvider] as const),
  ),
);

/** Is it the name of one? `other` is what belongs to none. */
export function isMailboxProvider(name: string): boolean {
  return Object.hasOwn(domainsByProvider, name);
}

/** Which classes a breaker holds back by where they go: a password or an order comes through. */
export function mayBreakersHold(messageClass: MessageClass): boolean {
  return promotes(messageClass);
}

/** The provider of an address's domain, case aside. */
export function mailboxProviderOf(address: string): MailboxProvider {
  return providersByDomain.get(address.slice(address.lastIndexOf('@') + 1).toLowerCase()) ?? 'other';
}
