import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  base: "./", // works in whatever folder it is put
  resolve: { conditions: ["source", ...defaultClientConditions] },
  build: { target: "es2022" },
});
