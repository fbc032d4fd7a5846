declare module 'jstat' {
  const jstat: {
    readonly beta: { cdf(x: number, a: number, b: number): number; inv(p: number, a: number, b: number): number };
    gammaln(x: number): number;
  };
  export default jstat;
}
