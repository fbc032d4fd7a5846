/** An address that a person can open: a server that listens everywhere is shown as this machine. */
export function showUrl(address: string): string {
  return address.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//127.0.0.1:').replace('//[::1]:', '//127.0.0.1:');
}
