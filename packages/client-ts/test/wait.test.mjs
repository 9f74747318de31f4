import assert from "node:assert/strict";
import { test } from "node:test";
import { AbortedError, GapError, NodeUnreachableError, TxFailedError, TxIndexDisabledError, UnknownGapError, WaitTimeoutError } from "bsn-client";
import { verifyFinalBlock } from "bsn-client/verify";
import { Chain } from "./support/chain.mjs";
import { fails, setting } from "./support/setting.mjs";

const QUICK = { pollMs: 10, timeoutMs: 30_000 };

/** Grows the chain once a state of the wait was reported, in this order. */
const whenSeen = (steps) => {
  const seen = [];
  const onProgress = (progress) => {
    if (seen.at(-1) !== progress.state) seen.push(progress.state);
    steps[progress.state]?.();
  };
  return { seen, onProgress };
};

test("a height is waited for until a later one has quorum", async (t) => {
  const { chain, client } = await setting(t);
  const { seen, onProgress } = whenSeen({ above_tip: () => chain.grow({ quorum: false }), pending: () => chain.grow() });
  const block = await client().waitForFinality({ height: 14, ...QUICK, onProgress });
  assert.deepEqual(seen, ["above_tip", "pending"]);
  assert.equal(block.height, 14);
  assert.ok(block.certifiedBy > 14);
  assert.equal(block.blockHash, chain.blocks.get(14).hash.toLowerCase());
  assert.equal(block.txHash, null);
});

test("a transaction is waited for from the mempool on, in either case of its hash", async (t) => {
  const { chain, client } = await setting(t);
  const { txHash } = await client().broadcast(new TextEncoder().encode("pay"));
  const { seen, onProgress } = whenSeen({ tx_unseen: () => chain.grow(), pending: () => chain.grow() });
  const block = await client().waitForFinality({ txHash: txHash.toLowerCase(), ...QUICK, onProgress });
  assert.deepEqual(seen, ["tx_unseen", "pending"]);
  assert.deepEqual([block.height, block.txHash], [13, txHash]);
});

test("a transaction that failed is an error as soon as it is in a block", async (t) => {
  const { chain, client } = await setting(t);
  const txHash = chain.send("no money", { code: 5 });
  chain.grow();
  await fails(() => client().waitForFinality({ txHash, ...QUICK }), TxFailedError, "tx_failed", { txHash, height: 13, txCode: 5, codespace: "sdk" });
});

test("a transaction whose block was undone is waited for where it is now", async (t) => {
  const { chain, node, client } = await setting(t);
  const txHash = chain.send("pay");
  chain.grow();
  let undone = false;
  node.lie = (method, result) => {
    // Between the certificate and the second look at the transaction, an operator rolls the chain back.
    if (method === "header" && !undone) {
      undone = true;
      const { bytes, code } = chain.findTx(txHash).tx;
      chain.rollBack(12);
      chain.grow();
      chain.send(bytes, { code });
      chain.grow();
      chain.grow();
      chain.grow();
    }
    return result;
  };
  chain.grow();
  chain.grow();
  const block = await client().waitForFinality({ txHash, ...QUICK });
  assert.deepEqual([undone, block.height], [true, 14]);
});

test("a node without an index of transactions says so", async (t) => {
  const { client } = await setting(t, { nodes: [{ indexes: false }] });
  await fails(() => client().waitForFinality({ txHash: "AB".repeat(32), ...QUICK }), TxIndexDisabledError, "tx_index_disabled");
});

test("gaps below the certificate: none by default, as many as allowed, or down to what was relied on", async (t) => {
  const { chain, client } = await setting(t);
  chain.holes.add(6).add(7);
  assert.equal((await client().finalityStatus(5)).gapBefore, 2);
  const error = await fails(() => client().waitForFinality({ height: 5, ...QUICK }), GapError, "gap", { height: 5, certifiedBy: 8 });
  assert.match(error.message, /2 heights/);
  assert.equal((await client().waitForFinality({ height: 5, maxGap: 2, ...QUICK })).gapBefore, 2);
  assert.equal((await client().waitForFinality({ height: 9, ...QUICK })).gapBefore, 0, "gaps further down do not show");
  assert.equal((await client().waitForFinality({ height: 9, unbrokenSince: 8, ...QUICK })).height, 9);
  await fails(() => client().waitForFinality({ height: 9, unbrokenSince: 7, ...QUICK }), GapError, "gap");
});

test("where it is not known from where on every height has quorum, what was relied on is not taken to be connected", async (t) => {
  const { chain, client } = await setting(t);
  const { finalityStatus } = chain;
  chain.finalityStatus = function (...asked) {
    const { certificate, ...answer } = finalityStatus.apply(this, asked);
    return { ...answer, certificate: { total_power: certificate.total_power } };
  };
  assert.deepEqual((await client().waitForFinality({ height: 5, ...QUICK })).certificate, { totalPower: 250n, votedPower: null, rankedPower: null, unbrokenSince: null });
  await fails(() => client().waitForFinality({ height: 5, unbrokenSince: 5, ...QUICK }), GapError, "gap");
});

test("a gap that is not known is larger than any", async (t) => {
  const { chain, client } = await setting(t);
  const { finalityStatus } = chain;
  chain.finalityStatus = function (...asked) {
    const { certificate, certified_by, ...answer } = finalityStatus.apply(this, asked);
    return answer;
  };
  const { block, certifiedBy, gapBefore } = await client().finalityStatus(5);
  assert.deepEqual([block, certifiedBy, gapBefore], ["final", null, null]);
  for (const maxGap of [undefined, 0, 1e9, Infinity]) await fails(() => client().waitForFinality({ height: 5, maxGap, ...QUICK }), UnknownGapError, "unknown_gap", { height: 5 });
  await fails(() => client().watchFinalBlocks({ from: 5 }).next(), UnknownGapError, "unknown_gap");
  await fails(() => verifyFinalBlock(client(), 5), UnknownGapError, "unknown_gap");
});

test("a hole is final by the next block that was seen", async (t) => {
  const { chain, client } = await setting(t);
  chain.holes.add(6);
  const block = await client().waitForFinality({ height: 6, maxGap: 1, ...QUICK });
  assert.deepEqual([block.blockHash, block.certifiedBy], [null, 8]);
});

test("the last height, of which the hook was lost, is waited for", async (t) => {
  const { chain, client } = await setting(t);
  chain.holes.add(12);
  const { seen, onProgress } = whenSeen({ not_seen: () => chain.grow(), pending: () => chain.grow() });
  await client().waitForFinality({ height: 12, maxGap: 1, ...QUICK, onProgress });
  assert.equal(seen[0], "not_seen");
});

test("a wait that takes too long says how far it was", async (t) => {
  const { node, client } = await setting(t);
  let rounds = 0;
  const onProgress = () => (node.fail = ++rounds === 1 ? (_, response) => response.writeHead(503).end() : undefined);
  const error = await fails(() => client().waitForFinality({ height: 12, pollMs: 10, timeoutMs: 1_500, onProgress }), WaitTimeoutError, "wait_timeout", { timeoutMs: 1_500, lastState: "pending" });
  assert.ok(rounds > 2);
  assert.equal(error.cause, undefined, "the last round brought no error");
  const silent = await setting(t, { nodes: [{ fail: () => true }] });
  await fails(() => silent.client().waitForFinality({ height: 5, timeoutMs: 40 }), WaitTimeoutError, "wait_timeout", { lastState: "no answer yet" });
});

test("an aborted wait ends at once with the caller's reason, before and while it waits", async (t) => {
  const { node, client } = await setting(t);
  const reason = new Error("the user left");
  const early = await fails(() => client().waitForFinality({ height: 5, signal: AbortSignal.abort(reason) }), AbortedError, "aborted");
  assert.equal(early.cause, reason);
  assert.deepEqual(node.calls, []);
  const controller = new AbortController();
  const onProgress = () => controller.abort(reason);
  const late = await fails(() => client().waitForFinality({ height: 12, pollMs: 60_000, timeoutMs: Infinity, signal: controller.signal, onProgress }), AbortedError, "aborted");
  assert.equal(late.cause, reason);
  const silent = await setting(t, { nodes: [{ fail: () => true }] });
  await fails(() => silent.client().finalityStatus(5, { signal: AbortSignal.timeout(30) }), AbortedError, "aborted");
  await fails(() => client().watchFinalBlocks({ from: 12, signal: AbortSignal.timeout(30) }).next(), AbortedError, "aborted");
});

test("a node that goes away is waited for, one that never answered is not", async (t) => {
  const { chain, node, client } = await setting(t);
  const { seen, onProgress } = whenSeen({
    pending: () => (node.fail = (_, response) => response.writeHead(503).end()),
    node_unreachable: () => ((node.fail = undefined), chain.grow(), chain.grow()),
  });
  await client().waitForFinality({ height: 12, ...QUICK, onProgress });
  assert.deepEqual(seen, ["pending", "node_unreachable"]);
  node.fail = (_, response) => response.writeHead(503).end();
  await fails(() => client().waitForFinality({ height: 12, ...QUICK }), NodeUnreachableError, "node_unreachable");
});

test("a node that is behind is waited for; the error of the last round is the timeout's cause", async (t) => {
  const { client } = await setting(t, { nodes: [{ catchingUp: true }] });
  const error = await fails(() => client().waitForFinality({ height: 12, pollMs: 10, timeoutMs: 1_500 }), WaitTimeoutError, "wait_timeout", { lastState: "node_behind" });
  assert.equal(error.cause.code, "node_behind");
});

test("final blocks are watched in order, each once, from the last one on or from where one wants", async (t) => {
  const { chain, node, client } = await setting(t);
  const take = async (blocks, count) => {
    const heights = [];
    for await (const block of blocks) {
      heights.push(block.height);
      if (heights.length === count) break;
    }
    return heights;
  };
  assert.deepEqual(await take(client().watchFinalBlocks({ from: 1 }), 10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const growing = setInterval(() => chain.grow(), 20);
  t.after(() => clearInterval(growing));
  const heights = await take(client().watchFinalBlocks({ pollMs: 5 }), 4);
  assert.deepEqual(heights, [0, 1, 2, 3].map((i) => heights[0] + i));
  assert.ok(heights[0] >= 10);
  assert.ok(node.calls.every((method) => ["status", "abci_query"].includes(method)), "no height's quorum is asked for");
});

test("watching waits for the first final block", async (t) => {
  const chain = new Chain({ to: 2 });
  chain.quorumTo = 0;
  const { client } = await setting(t, { chain });
  setTimeout(() => (chain.grow(), chain.grow()), 40);
  const { value } = await client().watchFinalBlocks({ pollMs: 5 }).next();
  assert.ok(value.height >= 1);
});
