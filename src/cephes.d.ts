/** The package's own types are not named in its `exports`; these are the functions that are used. */
declare module 'cephes' {
  export const compiled: Promise<void>;
  export function ndtr(z: number): number;
  export function ndtri(p: number): number;
  export function incbet(a: number, b: number, x: number): number;
  export function incbi(a: number, b: number, p: number): number;
  export function igamc(a: number, x: number): number;
  export function lgam(x: number): number;
}
