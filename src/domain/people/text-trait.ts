/** A trait that is text with something in it; null: it is not. */
export function textTrait(profile: { readonly traits: Readonly<Record<string, unknown>> }, name: string): string | null {
  const value = profile.traits[name];
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
