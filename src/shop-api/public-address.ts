import { BlockList, isIP, isIPv4 } from 'node:net';

/** Networks that are nobody's on the internet: private, link-local, loopback, documentation, multicast, and those of tunnels. */
const notPublic4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;
/** Within 2000::/3, which is all that is given out. */
const notPublic6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const refused = new BlockList();
for (const [address, prefix] of notPublic4) refused.addSubnet(address, prefix, 'ipv4');
for (const [address, prefix] of notPublic6) refused.addSubnet(address, prefix, 'ipv6');
const givenOut6 = new BlockList();
givenOut6.addSubnet('2000::', 3, 'ipv6');

/** Is this an address on the internet, so that a call to it reaches no machine of our own network? */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  if (isIPv4(address)) return !refused.check(address, 'ipv4');
  return givenOut6.check(address, 'ipv6') && !refused.check(address, 'ipv6');
}

/** Networks as an operator writes them: `10.0.0.0/8`, or one address. */
export function networksOf(written: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const one of written) {
    const [address = '', prefix] = one.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    list.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
