// The page "send, wait until final" in a real browser, against a node of another origin.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { ADDRESS, Chain, EMPTY_ADDRESS } from "./support/chain.mjs";
import { setting } from "./support/setting.mjs";

const executablePath = [process.env.BSN_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
const root = fileURLToPath(new URL("..", import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".json": "application/json" };

let browser;
let site;
let origin;
/** What the site serves as `/deployment.json`. */
let deployment;

/** One line says that there is no browser. */
const inBrowser = executablePath ? test : () => {};
if (!executablePath) test("the page in a browser", { skip: "no Chromium here: apt-get install chromium, or BSN_CHROMIUM=path" }, () => {});

before(async () => {
  if (!executablePath) return;
  site = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://x").pathname).replace(/\/$/, "/index.html");
    if (path === "/deployment.json") return response.writeHead(200, { "content-type": TYPES[".json"] }).end(JSON.stringify(deployment));
    if (!/^\/(page|dist)\//.test(path) || !existsSync(root + path)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(path)] }).end(readFileSync(root + path));
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${site.address().port}`;
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  site?.close();
});

/** The page, opened; a script error or a message of the content policy fails the test. */
const open = async (t, query = {}, { colorScheme = "light", viewport = { width: 1100, height: 800 } } = {}) => {
  const context = await browser.newContext({ colorScheme, viewport });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(`${origin}/page/?${new URLSearchParams(query)}`);
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

const allowing = async (t, options = {}) => {
  const settled = await setting(t, { ...options, nodes: [{ origins: [origin], ...options.node }] });
  return { ...settled, query: { rpc: settled.node.url, address: ADDRESS, chain: "consumer-1" } };
};

inBrowser("a signed transaction is sent, waited for, final, and checked", async (t) => {
  const { chain, node, query } = await allowing(t);
  const { page, errors, state, picture } = await open(t);
  await picture("empty");
  await page.fill("[name=rpc]", node.url);
  await page.fill("[name=address]", ADDRESS);
  await page.fill("[name=chain]", query.chain);
  await page.fill("[name=what]", Buffer.from("a signed transaction").toString("base64"));
  await page.click("form button");
  await page.waitForFunction(() => document.querySelector("#sentence").textContent === "Sent, in no block yet");
  assert.equal(node.broadcast[0].toString(), "a signed transaction");
  chain.grow();
  await page.waitForFunction(() => document.querySelector("#sentence").textContent === "In block 13, not final yet");
  await picture("pending");
  chain.grow();
  chain.grow();
  await page.waitForFunction(() => document.querySelector("#checked").className === "done");
  const { sentence, hint } = await state("final");
  assert.equal(sentence, "Block 13 is final");
  assert.match(hint, /is in it and succeeded: 2 headers/);
  assert.match(await page.textContent("#facts"), /200 of 250 sats, 80 %/);
  assert.ok(!(await page.isVisible("#stop")));
  assert.match(await page.inputValue("[name=what]"), /^[0-9A-F]{64}$/, "asked again, it is not sent twice");
  assert.ok((await page.evaluate(() => location.search)).includes("txHash="), "the address can be passed on");
  await picture("final");
  assert.deepEqual(errors, []);
});

inBrowser("a height in the page's address is waited for at once, on a phone and in the dark", async (t) => {
  const { query } = await allowing(t);
  const { page, errors, state, picture } = await open(t, { ...query, height: 5 }, { colorScheme: "dark", viewport: { width: 390, height: 800 } });
  assert.equal((await state("final")).sentence, "Block 5 is final");
  await page.waitForFunction(() => document.querySelector("#checked").className === "done");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(ground, "rgb(22, 21, 19)");
  await picture("final-phone-dark");
  assert.deepEqual(errors, []);
});

inBrowser("a failure is a sentence, a hint and a code", async (t) => {
  const { chain, query } = await allowing(t);
  chain.resumed.add(6);
  const said = async (change) => {
    const { state, picture } = await open(t, { ...query, ...change });
    const found = await state("failed");
    await picture(found.code);
    return found;
  };
  const resumed = await said({ height: 5 });
  assert.deepEqual([resumed.code, resumed.sentence], ["resumed", "Never final"]);
  assert.match(resumed.hint, /Do not act/);
  assert.equal((await said({ height: 5, chain: "other-1" })).code, "wrong_network");
  assert.equal((await said({ height: 5, address: EMPTY_ADDRESS })).code, "wrong_address");
  assert.equal((await said({ height: 5, rpc: "http://127.0.0.1:1" })).code, "node_unreachable");
  assert.equal((await said({ height: 500 })).code, "height_above_tip");
  assert.equal((await said({ txHash: "no hash!" })).code, "invalid_argument");
});

inBrowser("a node that does not allow the page's origin cannot be read, and the hint says why", async (t) => {
  const { node } = await setting(t, { nodes: [{}] });
  const { state } = await open(t, { rpc: node.url, address: ADDRESS, height: 5 });
  const { code, hint } = await state("failed");
  assert.equal(code, "node_unreachable");
  assert.match(hint, /cors_allowed_origins/);
});

inBrowser("a lie about a header is shown as one, though the contract calls the block final", async (t) => {
  const lie = (method, result) => (method === "header" && result.header.height === "6" && (result.header.app_hash = "AB".repeat(32)), result);
  const { query } = await allowing(t, { node: { lie } });
  const { state } = await open(t, { ...query, height: 5 });
  const { code, hint } = await state("failed");
  assert.equal(code, "unverified");
  assert.match(hint, /Do not act/);
});

inBrowser("the page takes a deployment file in place of node, contract and chain", async (t) => {
  const { node } = await allowing(t);
  deployment = { version: 1, chain_id: "consumer-1", bitcoin: "regtest", rpc: [node.url], bsn: { address: ADDRESS } };
  const { page, state } = await open(t, { deployment: "/deployment.json", height: 5 });
  assert.equal((await state("final")).sentence, "Block 5 is final");
  assert.equal(await page.textContent("summary"), "Chain: consumer-1");
  deployment = { ...deployment, bsn: {} };
  const unfinished = await open(t, { deployment: "/deployment.json", height: 5 });
  assert.match((await unfinished.state("failed")).hint, /bsn\.address is missing/);
});

inBrowser("a wait can be stopped", async (t) => {
  const { query } = await allowing(t, { chain: new Chain() });
  const { page, state } = await open(t, { ...query, height: 12 });
  await page.waitForFunction(() => document.querySelector("#sentence").textContent === "In block 12, not final yet");
  await page.click("#stop");
  assert.equal((await state("failed")).sentence, "Stopped");
});
