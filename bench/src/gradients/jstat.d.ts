// The parts used of a package without types.
declare module "jstat" {
  interface StudentT {
    cdf(t: number, degreesOfFreedom: number): number;
    inv(probability: number, degreesOfFreedom: number): number;
  }
  const jstat: { readonly studentt: StudentT };
  export default jstat;
}
