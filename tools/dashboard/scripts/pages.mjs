// Two pages, each one file with everything in it: the dashboard, and the page of packages/client-ts.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { esbuild } from "./tools.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const client = fileURLToPath(new URL("../../../packages/client-ts/", import.meta.url));

/** The page of the client imports what its package builds; here its sources do. */
const sources = {
  name: "sources",
  setup: (build) => build.onResolve({ filter: /^\.\.\/dist\/.*\.js$/ }, ({ path }) => ({ path: `${client}src/${path.slice("../dist/".length, -3)}.ts` })),
};

const script = async (entry, plugins = []) => {
  const built = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", target: "es2022", minify: true, charset: "utf8", legalComments: "none", absWorkingDir: root, plugins });
  return built.outputFiles[0].text.trim().replaceAll("</script", "<\\/script");
};

const style = async (path) => (await esbuild.transform(readFileSync(path, "utf8"), { loader: "css", minify: true, charset: "utf8" })).code.trim();
const hash = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

const dashboard = async () => {
  const [js, css] = [await script("src/main.ts"), await style(`${root}src/style.css`)];
  const parts = { script: js, style: css, "script-hash": hash(js), "style-hash": hash(css) };
  return readFileSync(`${root}src/index.html`, "utf8").replace(/{{([a-z-]+)}}/g, (_, name) => parts[name]);
};

const final = async () => {
  const js = await script(`${client}page/page.js`, [sources]);
  return readFileSync(`${client}page/index.html`, "utf8")
    .replace("script-src 'self'", () => `script-src '${hash(js)}'`)
    .replace('<script type="module" src="page.js"></script>', () => `<script type="module">${js}</script>`);
};

/** Name and text of each page. */
export const pages = async () => ({ "dashboard.html": await dashboard(), "final.html": await final() });
