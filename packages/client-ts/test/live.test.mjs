// What must hold of any chain with finality that goes on. BSN_LIVE_RPC, BSN_LIVE_ADDRESS and BSN_LIVE_CHAIN name a real one; without
// them it is the double of support/. BSN_LIVE_DASHBOARD is where `bsn serve` shows it. BSN_DEVNET is what `bsn devnet --json` prints: with it transactions are signed and sent too.
// BSN_LIVE_TXS holds two signed transactions of a real chain, in base64: one that succeeds, and one that fails in its block.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createBsnClient, TxFailedError, WrongAddressError, WrongNetworkError, HeightAboveTipError } from "bsn-client";
import { bsnMessages } from "bsn-client/cosmjs";
import { eventsAt } from "bsn-client/events";
import { verifyFinalBlock, verifyTx } from "bsn-client/verify";
import { ADDRESS, Chain } from "./support/chain.mjs";
import { inBrowser, open, sayWhereThereIsNone, visit } from "./support/page.mjs";
import { fails, setting } from "./support/setting.mjs";
import { walletOf } from "./support/wallet.mjs";

const { BSN_LIVE_DASHBOARD: dashboard, BSN_LIVE_RPC: rpc, BSN_LIVE_ADDRESS: address, BSN_LIVE_CHAIN: chain = "consumer-1", BSN_LIVE_TIMEOUT_MS: timeout = "120000" } = process.env;
const timeoutMs = Number(timeout);
const devnet = process.env.BSN_DEVNET ? JSON.parse(process.env.BSN_DEVNET) : null;
const signed = process.env.BSN_LIVE_TXS ? JSON.parse(process.env.BSN_LIVE_TXS) : null;
// Addresses that are not the contract's: of another contract, and of an account.
const lightClient = devnet?.btc_light_client ?? process.env.BSN_LIVE_LIGHT_CLIENT;
const account = devnet?.accounts[0].address ?? process.env.BSN_LIVE_ACCOUNT;

/** The chain to ask: a real one, or the double, which grows. */
const place = async (t) => {
  if (rpc) return { rpc, address, chainId: chain };
  const double = new Chain();
  const { node } = await setting(t, { chain: double, nodes: [{ origins: ["*"] }] });
  const growing = setInterval(() => double.grow(), 30);
  t.after(() => clearInterval(growing));
  return { rpc: node.url, address: ADDRESS, chainId: chain };
};
const connect = async (t) => createBsnClient(await place(t));

test("blocks become final, in order, and their headers can be verified", async (t) => {
  const bsn = await connect(t);
  const heights = [];
  for await (const block of bsn.watchFinalBlocks({ pollMs: 100, maxGap: 1_000, signal: AbortSignal.timeout(timeoutMs) })) {
    heights.push(block.height);
    assert.ok(block.certifiedBy > block.height);
    if (heights.length === 3) break;
  }
  assert.deepEqual(heights, [heights[0], heights[0] + 1, heights[0] + 2]);
  const verified = await verifyFinalBlock(bsn, heights[1], { maxGap: 1_000 });
  assert.deepEqual([verified.headers[0].height, verified.headers.at(-1).height], [heights[1], verified.certifiedBy]);
});

test("the next block is waited for until it is final, and its hook's events are there", async (t) => {
  const bsn = await connect(t);
  const last = await bsn.query({ last_final_block: {} });
  const height = (last?.height ?? 1) + 3;
  const block = await bsn.waitForFinality({ height, maxGap: 1_000, pollMs: 100, timeoutMs });
  assert.equal(block.height, height);
  const seen = await eventsAt(bsn, height);
  assert.ok(seen.some((event) => event.type === "index_block" && event.lastHeight === height));
});

test("another chain, another contract and a height of the future are refused by name", async (t) => {
  const there = await place(t);
  await fails(() => createBsnClient({ ...there, chainId: "other-1" }).finalityStatus(1), WrongNetworkError, "wrong_network");
  await fails(() => createBsnClient(there).finalityStatus(1_000_000), HeightAboveTipError, "height_above_tip");
  if (!lightClient) return;
  const wrong = (address, reason) =>
    fails(() => createBsnClient({ ...there, address }).finalityStatus(1), WrongAddressError, "wrong_address", { reason });
  await wrong(lightClient, "not_bsn");
  await wrong(account, "no_contract");
  await wrong(there.address.slice(0, -1) + (there.address.endsWith("q") ? "p" : "q"), "malformed");
});

const onDevnet = devnet ? test : () => {};

/** Sends a transaction, waits until it is final, and verifies that it is in its block; then one that fails in its block. */
const followed = async (bsn, good, bad) => {
  const states = new Set();
  const { txHash } = await bsn.broadcast(await good());
  const block = await bsn.waitForFinality({ txHash, maxGap: 1_000, pollMs: 50, timeoutMs, onProgress: ({ state }) => states.add(state) });
  assert.equal(block.txHash, txHash);
  assert.ok(states.has("tx_unseen") || states.has("pending") || states.has("not_seen"), [...states].join());
  const verified = await verifyTx(bsn, txHash, { maxGap: 1_000 });
  assert.deepEqual([verified.height, verified.txHash], [block.height, txHash]);
  const refused = await bsn.broadcast(await bad());
  await fails(() => bsn.waitForFinality({ txHash: refused.txHash, pollMs: 50, timeoutMs }), TxFailedError, "tx_failed");
};

onDevnet("a message that cosmjs signs is sent, final, and proven to be in its block", async (t) => {
  const [bsn, wallet] = [await connect(t), await walletOf(devnet)];
  const messages = bsnMessages(wallet.address, address);
  await followed(
    bsn,
    () => wallet.sign([messages.followBitcoin()]),
    () => wallet.sign([messages.updateAdmin({ admin: null })]),
  );
});

const onRealChain = signed ? test : () => {};

onRealChain("a transaction is sent, final, and proven to be in its block", async (t) => {
  const [good, bad] = signed.map((tx) => Buffer.from(tx, "base64"));
  await followed(await connect(t), () => good, () => bad);
});

/** What the page shows once it has checked a final block. */
const checked = async ({ page, state, picture, errors }, name) => {
  const { sentence } = await state("final");
  assert.match(sentence, /^Block [\d,]+ is final$/);
  await page.waitForFunction(() => document.querySelector("#checked").className === "done");
  await picture(name);
  assert.deepEqual(errors, []);
};

// A node allows the pages of no origin by default; a devnet allows all.
const onItsPage = devnet ? inBrowser : () => {};
if (devnet) sayWhereThereIsNone();

onItsPage("the page waits for the next block until it is final, and checks it", async (t) => {
  const { chainId, ...there } = await place(t);
  const { height } = await createBsnClient(there).query({ last_final_block: {} });
  await checked(await open(t, { ...there, chain: chainId, height: height + 2 }), "live-height");
});

onItsPage("the page sends a transaction, waits until it is final, and checks it", async (t) => {
  const wallet = await walletOf(devnet);
  const tx = await wallet.sign([bsnMessages(wallet.address, address).followBitcoin()]);
  const opened = await open(t, { rpc, address, chain });
  await opened.page.fill("[name=what]", Buffer.from(tx).toString("base64"));
  await opened.page.click("form button");
  await checked(opened, "live-transaction");
  assert.match(await opened.page.textContent("#hint"), /The transaction is in it and succeeded/);
});

const fromTheDashboard = dashboard ? onItsPage : () => {};

fromTheDashboard("a click on the dashboard leads to the page, which sends a transaction and waits until it is final", async (t) => {
  const wallet = await walletOf(devnet);
  const tx = await wallet.sign([bsnMessages(wallet.address, address).followBitcoin()]);
  const opened = await visit(t, dashboard);
  await opened.page.waitForSelector('body[data-fresh="true"]');
  await opened.picture("live-dashboard");
  await opened.page.click("#links a");
  await opened.page.waitForURL("**/final?**");
  await opened.page.fill("[name=what]", Buffer.from(tx).toString("base64"));
  await opened.page.click("form button");
  await checked(opened, "live-from-the-dashboard");
});
