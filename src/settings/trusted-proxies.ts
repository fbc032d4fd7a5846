import { isIP } from 'node:net';

/** A network that is larger holds strangers: the widest private ones are 10.0.0.0/8 and fc00::/7. */
const shortestPrefix = { 4: 8, 6: 7 } as const;

/** Reads a list of addresses and networks (CIDR), by commas. A problem for each that is none, or that would trust half the world. */
export function readProxies(text: string): { readonly proxies: readonly string[]; readonly problems: readonly string[] } {
  const proxies = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return { proxies, problems: proxies.flatMap((proxy) => problemOf(proxy) ?? []) };
}

function problemOf(proxy: string): string | null {
  // With a count of hops, a caller that goes around the proxy could write the header.
  if (/^\d+$/.test(proxy)) return `${proxy} is a number of hops, which does not tell a proxy from a stranger: name the proxy’s address`;
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(proxy) ?? [];
  const family = isIP(address);
  if (family !== 4 && family !== 6) return `${proxy} is no address such as 10.0.0.5 and no network such as 172.18.0.0/16`;
  const bits = family === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  if (length > bits) return `${proxy} is no network: behind the / stands a number up to ${bits}`;
  return length < shortestPrefix[family]
    ? `${proxy} holds strangers, who could then make up the address that is kept as proof: name the proxies alone`
    : null;
}
