// What is used of a package that says nothing of its types.
declare module "jstat" {
  interface StudentT {
    cdf(t: number, degreesOfFreedom: number): number;
    inv(probability: number, degreesOfFreedom: number): number;
  }
  const jstat: { readonly studentt: StudentT };
  export default jstat;
}
