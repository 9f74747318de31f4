// The built page in a real browser, before a server that answers /api with what the test says.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { playwright } from "../../scripts/tools.mjs";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const executablePath = [process.env.BSN_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));

/** One line says that there is no browser. */
export const inBrowser = executablePath ? test : () => {};
if (!executablePath) test("the dashboard in a browser", { skip: "no Chromium here: apt-get install chromium, or BSN_CHROMIUM=path" }, () => {});

let browser;
before(async () => {
  if (executablePath) browser = await playwright().chromium.launch({ executablePath, args: ["--no-sandbox"] });
});
after(() => browser?.close());

/** A fixture as if it were read just now. */
export const fresh = (state, now = Date.now()) => {
  const by = now - state.now;
  const move = (time) => (time === null ? null : time + by);
  const end = (one) => one && { ...one, client: one.client && { ...one.client, expires: move(one.client.expires) } };
  return {
    ...state,
    now,
    reading: { ...state.reading, since: move(state.reading.since), last_ok: move(state.reading.last_ok) },
    tip: state.tip && { ...state.tip, time: move(state.tip.time) },
    heights: state.heights.map((one) => ({ ...one, time: move(one.time) })),
    minutes: state.minutes.map(([time, ...rest]) => [move(time), ...rest]),
    feed: state.feed.map((one) => ({ ...one, time: move(one.time) })),
    examined: move(state.examined),
    link: { here: end(state.link.here), babylon: end(state.link.babylon) },
  };
};

/** The page, opened. `answer` may be changed; what fails in it fails the test. */
export const open = async (t, state, { colorScheme = "light", viewport = { width: 1280, height: 900 }, reducedMotion = "reduce" } = {}) => {
  const asked = [];
  const site = createServer((request, response) => {
    asked.push(request.url);
    if (request.url.startsWith("/api")) {
      const found = shown.answer();
      if (found === null) return request.socket.destroy();
      return response.writeHead(200, { "content-type": "application/json" }).end(typeof found === "string" ? found : JSON.stringify(found));
    }
    if (request.url !== "/" && !request.url.startsWith("/?")) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(readFileSync(`${dist}dashboard.html`));
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${site.address().port}`;
  const context = await browser.newContext({ colorScheme, viewport, reducedMotion, locale: "en-GB" });
  t.after(async () => {
    await context.close();
    site.closeAllConnections();
    site.close();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const [errors, foreign] = [[], []];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && !/ERR_EMPTY_RESPONSE|ERR_CONNECTION/.test(message.text()) && errors.push(message.text()));
  page.on("request", (request) => !request.url().startsWith(origin) && !request.url().startsWith("data:") && foreign.push(request.url()));
  const shown = { page, errors, foreign, asked, origin, answer: () => fresh(state) };
  await page.goto(origin);
  shown.sentence = () => page.textContent("#sentence h1");
  shown.picture = async (name) => {
    if (!process.env.BSN_SCREENSHOTS) return;
    mkdirSync(process.env.BSN_SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: `${process.env.BSN_SCREENSHOTS}/${name}.png`, fullPage: true });
  };
  return shown;
};
