// Each bad input and each bad node has an error of its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as bsn from "bsn-client";
import { verifyFinalBlock } from "bsn-client/verify";
import { eventsAt } from "bsn-client/events";
import { ADDRESS, Chain, EMPTY_ADDRESS, OTHER_CONTRACT } from "./support/chain.mjs";
import { fails, setting } from "./support/setting.mjs";

const { createBsnClient } = bsn;

test("node down: refused, silent, or something else behind the URL", async (t) => {
  const { node, client } = await setting(t);
  await node.stop();
  const error = await fails(() => client().finalityStatus(5), bsn.NodeUnreachableError, "node_unreachable", { urls: [node.url] });
  assert.match(error.message, /ECONNREFUSED|fetch failed/);

  const silent = await setting(t, { nodes: [{ fail: () => true }] });
  await fails(() => silent.client({ requestTimeoutMs: 50 }).finalityStatus(5), bsn.NodeUnreachableError, "node_unreachable");

  const page = await setting(t, { nodes: [{ fail: (_, response) => response.writeHead(502).end("<html>Bad Gateway</html>") }] });
  const gateway = await fails(() => page.client().finalityStatus(5), bsn.NodeUnreachableError, "node_unreachable");
  assert.match(gateway.message, /HTTP 502/);
  const path = await fails(() => page.client({ rpcs: [`${page.node.url}/rpc`] }).finalityStatus(5), bsn.NodeUnreachableError, "node_unreachable");
  assert.match(path.message, /HTTP 404/);
});

test("node behind: catching up, stopped, or with an old state; what it calls final is final all the same", async (t) => {
  const catching = await setting(t, { nodes: [{ catchingUp: true }] });
  await fails(() => catching.client().finalityStatus(12), bsn.NodeBehindError, "node_behind", { tip: 12 });
  await fails(() => catching.client().finalityStatus(100), bsn.NodeBehindError, "node_behind");
  assert.equal((await catching.client().finalityStatus(5)).block, "final");

  const stopped = await setting(t, { chain: new Chain({ now: () => Date.now() - 301_000 }) });
  await fails(() => stopped.client().finalityStatus(12), bsn.NodeBehindError, "node_behind");
  assert.equal((await stopped.client({ maxBlockAgeMs: 400_000 }).finalityStatus(12)).block, "pending");
  assert.equal((await stopped.client().finalityStatus(5)).block, "final");

  const torn = await setting(t, { chain: new Chain({ to: 40 }), nodes: [{ stateLag: 30 }] });
  await fails(() => torn.client().finalityStatus(10), bsn.NodeBehindError, "node_behind");

  const second = await setting(t, { nodes: [{ catchingUp: true }, {}] });
  assert.equal((await second.client().finalityStatus(12)).block, "pending", "the next node is asked");
});

/** Changes what the contract answers to `finality_status`. */
const contractSays = (change) => (method, result) => {
  if (method !== "abci_query" || !result.response.value) return result;
  const bytes = Buffer.from(result.response.value, "base64");
  const answer = JSON.parse(bytes.subarray(bytes.indexOf("{")).toString());
  const json = Buffer.from(JSON.stringify(change(answer) ?? answer));
  const length = json.length < 128 ? [json.length] : [(json.length % 128) | 128, json.length >> 7];
  result.response.value = Buffer.concat([Buffer.from([10, ...length]), json]).toString("base64");
  return result;
};

test("node that lies about heights: another block, a certificate from below or from the future", async (t) => {
  for (const change of [
    (answer) => void (answer.height = 6),
    (answer) => void (answer.certified_by = 5),
    (answer) => void (answer.certified_by = 13),
  ]) {
    const { client } = await setting(t, { nodes: [{ lie: contractSays(change) }] });
    await fails(() => client().finalityStatus(5), bsn.InconsistentAnswerError, "inconsistent_answer");
  }
  const ahead = await setting(t, { nodes: [{ lie: (method, result) => (method === "abci_query" ? { response: { ...result.response, height: "500" } } : result) }] });
  await fails(() => ahead.client().finalityStatus(100), bsn.InconsistentAnswerError, "inconsistent_answer");

  const shifted = await setting(t, { nodes: [{ lie: (method, result) => (method === "block_results" ? { ...result, height: "4" } : result) }] });
  await fails(() => eventsAt(shifted.client(), 5), bsn.InconsistentAnswerError, "inconsistent_answer");
  const header = await setting(t, { nodes: [{ lie: (method, result) => (method === "header" ? { header: { ...result.header, height: "4" } } : result) }] });
  await fails(() => header.client().waitForFinality({ height: 5 }), bsn.InconsistentAnswerError, "inconsistent_answer");
  const tx = await setting(t, { nodes: [{ lie: (method, result) => (method === "tx" ? { ...result, hash: "AB".repeat(32) } : result) }] });
  const txHash = tx.chain.send("t");
  tx.chain.grow();
  await fails(() => tx.client().waitForFinality({ txHash }), bsn.InconsistentAnswerError, "inconsistent_answer");
});

test("node whose block is another than the final one", async (t) => {
  const other = "cd".repeat(32);
  const { client } = await setting(t, { nodes: [{ lie: contractSays((answer) => void (answer.block_hash_hex = other)) }] });
  await fails(() => client().waitForFinality({ height: 5 }), bsn.BlockMismatchError, "block_mismatch", { height: 5, certified: other });
});

test("an answer that is not one of bsn is malformed, not half read", async (t) => {
  const cases = [
    (answer) => void (answer.block = "Final"),
    (answer) => void delete answer.gap_before,
    (answer) => void (answer.certified_by = 6.5),
    (answer) => void (answer.certified_by = 2 ** 53),
    (answer) => void (answer.certificate.total_power = 250),
    (answer) => void (answer.certificate.total_power = "-1"),
    (answer) => void (answer.block_hash_hex = "abc"),
    (answer) => void delete answer.vote,
    () => [],
  ];
  for (const change of cases) {
    const { client } = await setting(t, { nodes: [{ lie: contractSays(change) }] });
    await fails(() => client().finalityStatus(5), bsn.MalformedAnswerError, "malformed_answer");
  }
  for (const value of [null, "%%%", "", Buffer.from([10, 9, 1]).toString("base64"), Buffer.from("nothing").toString("base64")]) {
    const { client } = await setting(t, { nodes: [{ lie: (method, result) => (method === "abci_query" ? { response: { ...result.response, value } } : result) }] });
    await fails(() => client().finalityStatus(5), bsn.MalformedAnswerError, "malformed_answer");
  }
});

test("wrong address: no address, another chain's, without a contract, with another contract", async (t) => {
  const { client } = await setting(t);
  await fails(() => client({ address: "bbnc1" }), bsn.InvalidArgumentError, "invalid_argument", { argument: "address" });
  await fails(() => client({ address: "cosmos10xcqpzrky6eff2g52qdye53xkk9jxkvrpq6uqr" }).finalityStatus(5), bsn.WrongAddressError, "wrong_address", { reason: "malformed" });
  await fails(() => client({ address: EMPTY_ADDRESS }).finalityStatus(5), bsn.WrongAddressError, "wrong_address", { reason: "no_contract" });
  await fails(() => client({ address: OTHER_CONTRACT }).finalityStatus(5), bsn.WrongAddressError, "wrong_address", { reason: "not_bsn" });
});

test("wrong network: said before anything that the contract there may answer", async (t) => {
  const { client, node } = await setting(t, { chain: new Chain({ id: "other-1" }) });
  const fields = { url: node.url, expected: "consumer-1", actual: "other-1" };
  await fails(() => client({ chainId: "consumer-1" }).finalityStatus(5), bsn.WrongNetworkError, "wrong_network", fields);
  await fails(() => client({ chainId: "consumer-1", address: EMPTY_ADDRESS }).finalityStatus(5), bsn.WrongNetworkError, "wrong_network");
  await fails(() => client({ chainId: "consumer-1" }).waitForFinality({ height: 5 }), bsn.WrongNetworkError, "wrong_network");
  await fails(() => client({ chainId: "consumer-1" }).watchFinalBlocks().next(), bsn.WrongNetworkError, "wrong_network");
});

test("pruned height: by the node, or by the contract", async (t) => {
  const { chain, client } = await setting(t);
  chain.lowest = 8;
  await fails(() => client().waitForFinality({ height: 5 }), bsn.HeightPrunedError, "height_pruned", { height: 6 });
  await fails(() => eventsAt(client(), 5), bsn.HeightPrunedError, "height_pruned", { height: 5 });
  await fails(() => verifyFinalBlock(client(), 5), bsn.HeightPrunedError, "height_pruned");
  assert.equal((await client().finalityStatus(5)).block, "final", "the contract still knows");
  chain.forgottenBelow = 7;
  assert.equal((await client().finalityStatus(5)).block, "unknown");
  await fails(() => client().waitForFinality({ height: 5 }), bsn.HeightForgottenError, "height_forgotten", { height: 5 });
  await fails(() => client().watchFinalBlocks({ from: 5 }).next(), bsn.HeightForgottenError, "height_forgotten");
});

test("above the tip", async (t) => {
  const { client } = await setting(t);
  await fails(() => client().finalityStatus(13), bsn.HeightAboveTipError, "height_above_tip", { height: 13, tip: 12 });
  await fails(() => client().waitForFinality({ height: 113 }), bsn.HeightAboveTipError, "height_above_tip");
  await fails(() => client().waitForFinality({ height: 15, maxAhead: 2 }), bsn.HeightAboveTipError, "height_above_tip");
  await fails(() => eventsAt(client(), 13), bsn.HeightAboveTipError, "height_above_tip", { height: 13, tip: 12 });
});

test("resumed: never final, and never waited for", async (t) => {
  const { chain, client } = await setting(t);
  chain.resumed.add(6);
  assert.equal((await client().finalityStatus(5)).block, "resumed");
  await fails(() => client().waitForFinality({ height: 5 }), bsn.ResumedError, "resumed", { height: 5 });
  const blocks = client().watchFinalBlocks({ from: 4 });
  assert.equal((await blocks.next()).value.height, 4);
  await fails(() => blocks.next(), bsn.ResumedError, "resumed", { height: 5 });
});

test("arguments that make no sense are refused before a node is asked", async (t) => {
  const { node, client } = await setting(t);
  const rpc = "http://localhost:1";
  const refused = (work, argument) => fails(work, bsn.InvalidArgumentError, "invalid_argument", { argument });
  for (const height of [0, -1, 1.5, NaN, 2 ** 53, "5", undefined]) await refused(() => client().finalityStatus(height), "height");
  await refused(() => client().waitForFinality({}), "height, txHash");
  await refused(() => client().waitForFinality({ height: 5, txHash: "AB".repeat(32) }), "height, txHash");
  for (const txHash of ["", "ab", "0x" + "ab".repeat(32), "zz".repeat(32)]) await refused(() => client().waitForFinality({ txHash }), "txHash");
  for (const timeoutMs of [0, -5, NaN]) await refused(() => client().waitForFinality({ height: 5, timeoutMs }), "timeoutMs");
  await refused(() => client().watchFinalBlocks({ from: 0 }).next(), "from");
  await refused(() => createBsnClient({ rpc }), "address, deployment");
  await refused(() => createBsnClient({ address: ADDRESS }), "rpc, rpcs");
  await refused(() => createBsnClient({ rpc, rpcs: [rpc], address: ADDRESS }), "rpc, rpcs");
  await refused(() => createBsnClient({ rpcs: [], address: ADDRESS }), "rpcs");
  await refused(() => createBsnClient({ rpc: "localhost:26657", address: ADDRESS }), "rpc");
  assert.deepEqual(node.calls, []);
});

test("each class of error has one code, and its name follows from it whatever a minifier does", () => {
  const classes = Object.entries(bsn).filter(([, value]) => value?.prototype instanceof bsn.BsnError);
  assert.ok(classes.length > 20);
  for (const [name, Class] of classes) {
    const error = new Class(["a"], ["b"], "c", "d", "e");
    assert.equal(error.name, name);
    assert.ok(error instanceof Error && error instanceof bsn.BsnError);
  }
  assert.equal(new Set(classes.map(([, Class]) => new Class(["a"], ["b"], "c", "d", "e").code)).size, classes.length);
});
