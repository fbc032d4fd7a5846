/** Hosts with their ports, as `URL.host` has them; `*.shop.example` stands for every host below `shop.example`. */
export type ShopHosts = readonly string[];

/** The shop's hosts: the one of its site, with and without `www.`, and those of the list. */
export function shopHosts(siteUrl: string, listed: readonly string[]): ShopHosts {
  const { host } = new URL(siteUrl);
  const sibling = host.startsWith('www.') ? host.slice(4) : `www.${host}`;
  return [...new Set([host, sibling, ...listed.map((one) => one.toLowerCase())])];
}

/** From where pages of ours show pictures: the shop's hosts and that of its logo. */
export function pictureHosts(shop: {
  readonly hosts: ShopHosts;
  readonly look: { readonly logo: { readonly url: string } | null };
}): ShopHosts {
  return shop.look.logo === null ? shop.hosts : [...new Set([...shop.hosts, new URL(shop.look.logo.url).host])];
}

/** Does this web address lead to the shop? Not with a name or a password in it: people read those as the host. */
export function leadsToShop(hosts: ShopHosts, address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password } = new URL(address);
  if ((protocol !== 'https:' && protocol !== 'http:') || username !== '' || password !== '') return false;
  return hosts.some((known) => (known.startsWith('*.') ? host.endsWith(known.slice(1)) : host === known));
}
