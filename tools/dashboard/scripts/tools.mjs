// The compiler, bundler and browser driver of packages/client-ts, so that nothing is installed twice.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../../packages/client-ts/package.json", import.meta.url));
export const esbuild = require("esbuild");
export const ts = require("typescript");
export const playwright = () => require("playwright-core");
