// The page "send, wait until final" in a real browser, against a node of another origin.
import assert from "node:assert/strict";
import { ADDRESS, Chain, EMPTY_ADDRESS } from "./support/chain.mjs";
import { inBrowser, open, ready, sayWhereThereIsNone, site } from "./support/page.mjs";
import { setting } from "./support/setting.mjs";

sayWhereThereIsNone();

const allowing = async (t, options = {}) => {
  await ready();
  const settled = await setting(t, { ...options, nodes: [{ origins: [site.origin], ...options.node }] });
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

inBrowser("an address that only reads says how a transaction gets to the chain all the same", async (t) => {
  const refusal = { jsonrpc: "2.0", id: 1, error: { code: -32601, message: "Method not found", data: "`broadcast_tx_sync` is not passed on: only status is" } };
  const fail = (method, response) => method === "broadcast_tx_sync" && response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(refusal));
  const { query } = await allowing(t, { node: { fail } });
  const { page, state } = await open(t, query);
  await page.fill("[name=what]", Buffer.from("a signed transaction").toString("base64"));
  await page.click("form button");
  const { sentence, hint } = await state("failed");
  assert.equal(sentence, "Nothing is sent from here");
  assert.match(hint, /give its hash here/);
  assert.match(await page.textContent("#facts"), /is not passed on/);
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
  site.deployment = { version: 1, chain_id: "consumer-1", bitcoin: "regtest", rpc: [node.url], bsn: { address: ADDRESS } };
  const { page, state } = await open(t, { deployment: "/deployment.json", height: 5 });
  assert.equal((await state("final")).sentence, "Block 5 is final");
  assert.equal(await page.textContent("summary"), "Chain: consumer-1");
  site.deployment = { ...site.deployment, bsn: {} };
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
