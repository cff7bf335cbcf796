import { expect, test } from "vitest";
import { nodeTooOld } from "./check-node.ts";

test("Node 22.18, 24 and 26 on will do; older and odd ones are told what to do", () => {
  for (const version of ["v22.18.0", "v22.23.3", "v24.0.0", "v26.10.0", "v28.0.0", process.version])
    expect(nodeTooOld(version)).toBeUndefined();
  for (const version of ["v18.20.0", "v20.20.2", "v22.17.1", "v23.11.0", "v25.0.0"])
    expect(nodeTooOld(version)).toContain(`this is ${version}`);
});
