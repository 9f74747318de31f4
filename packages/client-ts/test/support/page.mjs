// The page in a real browser, on a site of its own.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { after, test } from "node:test";
import { chromium } from "playwright-core";

const executablePath = [process.env.BSN_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
const root = fileURLToPath(new URL("../..", import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".json": "application/json" };

let browser;
let server;

/** Where the page is served from, and what is served beside it as `/deployment.json`. */
export const site = { origin: "", deployment: null };

export const inBrowser = executablePath ? test : () => {};
/** One line says that there is no browser. */
export const sayWhereThereIsNone = () => {
  if (!executablePath) test("the page in a browser", { skip: "no Chromium here: apt-get install chromium, or BSN_CHROMIUM=path" }, () => {});
};

let starting;
/** Starts site and browser, once. */
export const ready = () => (starting ??= start());

const start = async () => {
  server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://x").pathname).replace(/\/$/, "/index.html");
    if (path === "/deployment.json") return response.writeHead(200, { "content-type": TYPES[".json"] }).end(JSON.stringify(site.deployment));
    if (!/^\/(page|dist)\//.test(path) || !existsSync(root + path)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(path)] }).end(readFileSync(root + path));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  site.origin = `http://127.0.0.1:${server.address().port}`;
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
};

after(async () => {
  await browser?.close();
  server?.close();
});

/** The page, opened. */
export const open = async (t, query = {}, look = {}) => {
  await ready();
  return visit(t, `${site.origin}/page/?${new URLSearchParams(query)}`, look);
};

/** An address, opened; a script error or a message of the content policy fails the test. */
export const visit = async (t, address, { colorScheme = "light", viewport = { width: 1100, height: 800 } } = {}) => {
  await ready();
  const context = await browser.newContext({ colorScheme, viewport });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(address);
  const state = async (wanted) => {
    await page.waitForSelector(`#result[data-state="${wanted}"]`);
    return { sentence: await page.textContent("#sentence"), hint: await page.textContent("#hint"), code: await page.getAttribute("#result", "data-code") };
  };
  const picture = async (name) => {
    if (!process.env.BSN_SCREENSHOTS) return;
    mkdirSync(process.env.BSN_SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: `${process.env.BSN_SCREENSHOTS}/${name}.png`, fullPage: true });
  };
  return { page, errors, state, picture };
};
