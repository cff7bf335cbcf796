import { expect, test } from "vitest";
import { heedProxy } from "./heed-proxy.ts";

test("without a proxy in the environment there is nothing to say", () => {
  expect(heedProxy({})).toBe("");
  expect(heedProxy({ https_proxy: "", HTTP_PROXY: "" })).toBe("");
});

test("the variable that counts is named, the first of https_proxy, HTTPS_PROXY, http_proxy and HTTP_PROXY", () => {
  const said = " It went by the proxy that https_proxy names; NO_PROXY lists hosts that need none.";
  const own = { NODE_USE_ENV_PROXY: "1" };
  expect(heedProxy({ ...own, https_proxy: "http://a", HTTPS_PROXY: "http://b", http_proxy: "http://c", HTTP_PROXY: "http://d" })).toBe(
    said,
  );
  expect(heedProxy({ ...own, HTTPS_PROXY: "http://b", http_proxy: "http://c", HTTP_PROXY: "http://d" })).toContain(" HTTPS_PROXY names;");
  expect(heedProxy({ ...own, http_proxy: "http://c", HTTP_PROXY: "http://d" })).toContain(" http_proxy names;");
  expect(heedProxy({ ...own, HTTP_PROXY: "http://d" })).toContain(" HTTP_PROXY names;");
});
