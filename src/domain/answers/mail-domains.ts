/**
 * Where most people have their mailbox. A domain that is one slip away from one of these, and is none of them, was most likely meant to be
 * it. Domains that are real and look like a slip (`mail.com`, `email.com`, `gmx.at`) stand here so that nobody is asked about them. Kept by
 * hand: a domain is added when it is among the common ones of a country.
 */
export const mailDomains: readonly string[] = [
  'gmail.com',
  'googlemail.com',
  'outlook.com',
  'outlook.de',
  'outlook.fr',
  'hotmail.com',
  'hotmail.co.uk',
  'hotmail.de',
  'hotmail.fr',
  'hotmail.it',
  'live.com',
  'live.co.uk',
  'live.de',
  'live.fr',
  'msn.com',
  'yahoo.com',
  'yahoo.co.uk',
  'yahoo.de',
  'yahoo.fr',
  'yahoo.it',
  'yahoo.es',
  'ymail.com',
  'icloud.com',
  'me.com',
  'mac.com',
  'aol.com',
  'aol.de',
  'gmx.de',
  'gmx.net',
  'gmx.at',
  'gmx.ch',
  'gmx.com',
  'web.de',
  't-online.de',
  'freenet.de',
  'posteo.de',
  'mailbox.org',
  'arcor.de',
  'bluewin.ch',
  'orange.fr',
  'wanadoo.fr',
  'free.fr',
  'sfr.fr',
  'laposte.net',
  'libero.it',
  'virgilio.it',
  'btinternet.com',
  'sky.com',
  'virginmedia.com',
  'talktalk.net',
  'ntlworld.com',
  'comcast.net',
  'verizon.net',
  'att.net',
  'proton.me',
  'protonmail.com',
  'mail.com',
  'email.com',
  'fastmail.com',
  'mail.ru',
  'gmail.co.uk',
];

/** Endings that are none, and what was meant. */
const endings: Readonly<Record<string, string>> = {
  con: 'com',
  cmo: 'com',
  ocm: 'com',
  vom: 'com',
  xom: 'com',
  comm: 'com',
  cpm: 'com',
  'co,uk': 'co.uk',
  nte: 'net',
  ent: 'net',
  ogr: 'org',
};

const known: ReadonlySet<string> = new Set(mailDomains);
/** A slip in a shorter name makes another real one too easily. */
const shortestName = 5;

/** The domain that was most likely meant; null: it may be right. */
export function meantDomain(domain: string): string | null {
  const given = domain.trim().toLowerCase();
  if (known.has(given)) return null;
  const dot = given.lastIndexOf('.');
  const ending = endings[given.slice(dot + 1)];
  const mended = ending === undefined ? given : `${given.slice(0, dot + 1)}${ending}`;
  if (known.has(mended)) return mended;
  const near = mailDomains.find((one) => (one.split('.')[0] ?? '').length >= shortestName && isOneSlipAway(mended, one));
  return near ?? (mended === given ? null : mended);
}

/** One letter more, less, other, or two neighbours exchanged. */
function isOneSlipAway(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const rest = (text: string, from: number): string => text.slice(from);
  return (
    rest(one, at + 1) === rest(other, at + 1) ||
    rest(one, at + 1) === rest(other, at) ||
    rest(one, at) === rest(other, at + 1) ||
    (one[at] === other[at + 1] && one[at + 1] === other[at] && rest(one, at + 2) === rest(other, at + 2))
  );
}
