import { createHash, createVerify, type KeyObject } from 'node:crypto';

/** Verifies a DKIM-Signature (rsa-sha256, relaxed/relaxed) by RFC 6376, apart from the library that made it. */
export function verifyDkim(raw: string, publicKey: KeyObject) {
  const split = raw.indexOf('\r\n\r\n');
  const fields = raw.slice(0, split).split(/\r\n(?![ \t])/);
  const body = raw.slice(split + 4);
  const signature = fields.find((field) => /^dkim-signature:/i.test(field)) ?? '';
  const tags = new Map(
    signature
      .slice(signature.indexOf(':') + 1)
      .split(';')
      .map((tag) => {
        const [name = '', ...value] = tag.split('=');
        return [name.trim(), value.join('=').replace(/\s+/g, '')] as const;
      }),
  );
  const signedFields = (tags.get('h') ?? '').toLowerCase().split(':');
  const left = [...fields];
  const signed = signedFields.flatMap((name) => {
    const at = left.findLastIndex((field) => field.slice(0, field.indexOf(':')).toLowerCase() === name);
    return at < 0 ? [] : left.splice(at, 1).map(relaxField);
  });
  const own = relaxField(signature.replace(/(\bb=)[^;]*$/, '$1'));
  const verifier = createVerify('RSA-SHA256');
  verifier.update(`${[...signed, own].join('\r\n')}`, 'latin1');
  const bodyHash = createHash('sha256').update(relaxBody(body)).digest('base64');
  return {
    isValid: bodyHash === tags.get('bh') && verifier.verify(publicKey, tags.get('b') ?? '', 'base64'),
    domain: tags.get('d'),
    selector: tags.get('s'),
    signedFields,
  };
}

function relaxField(field: string): string {
  const colon = field.indexOf(':');
  return `${field.slice(0, colon).toLowerCase()}:${field
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()}`;
}

function relaxBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  return lines.length === 0 ? '' : `${lines.join('\r\n')}\r\n`;
}
