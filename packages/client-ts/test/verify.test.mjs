import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { GapError, InvalidArgumentError, MalformedAnswerError, ResumedError, TxFailedError } from "bsn-client";
import { headerHash, UnverifiedError, verifyFinalBlock, verifyTx } from "bsn-client/verify";
import { createHash } from "node:crypto";
import { Chain } from "./support/chain.mjs";
import { fails, setting } from "./support/setting.mjs";

const read = (name) => JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), "utf8"));
const sha = (text) => createHash("sha256").update(text).digest("hex").toUpperCase();

/** `TestHeaderHash` of CometBFT v0.38.21, types/block_test.go. */
const TEST_HEADER = {
  version: { block: "1", app: "2" },
  chain_id: "chainId",
  height: "3",
  time: "2019-10-13T16:14:44Z",
  last_block_id: { hash: "00".repeat(32), parts: { total: 6, hash: "00".repeat(32) } },
  last_commit_hash: sha("last_commit_hash"),
  data_hash: sha("data_hash"),
  validators_hash: sha("validators_hash"),
  next_validators_hash: sha("next_validators_hash"),
  consensus_hash: sha("consensus_hash"),
  app_hash: sha("app_hash"),
  last_results_hash: sha("last_results_hash"),
  evidence_hash: sha("evidence_hash"),
  proposer_address: sha("proposer_address").slice(0, 40),
};

test("CometBFT's own vector of a header's hash", () => {
  assert.equal(headerHash(TEST_HEADER), "f740121f553b5418c3efbd343c2dbfe9e007bb67b0d020a0741374bab65242a4");
});

test("a real chain's headers hash to what the next header says", () => {
  const recorded = read("wasmd");
  const headers = [-1, 0, 1, 2, 3].map((i) => recorded[`header ${i}`].answer.result.header);
  assert.ok(new Set(headers.map((header) => header.time.length)).size >= 1);
  for (const [i, header] of headers.entries())
    if (headers[i + 1]) assert.equal(headerHash(header).toUpperCase(), headers[i + 1].last_block_id.hash);
});

test("headers of CometBFT's own code, with the corners of each field", () => {
  const cases = read("headers");
  assert.ok(cases.length >= 8);
  for (const { name, header, hash } of cases) assert.equal(headerHash(header).toUpperCase(), hash, name);
});

test("every field of a header changes its hash", () => {
  const base = headerHash(TEST_HEADER);
  const other = (value) => (/^[0-9A-F]+$/.test(value) ? value.replace(/^./, (first) => (first === "0" ? "1" : "0")) : value);
  const changed = [
    ...Object.keys(TEST_HEADER).filter((name) => /hash|address/.test(name)).map((name) => ({ [name]: other(TEST_HEADER[name]) })),
    { version: { block: "2", app: "2" } },
    { version: { block: "1" } },
    { chain_id: "chainid" },
    { height: "4" },
    { time: "2019-10-13T16:14:44.000000001Z" },
    { time: "2019-10-13T16:14:45Z" },
    { last_block_id: { ...TEST_HEADER.last_block_id, hash: "01".repeat(32) } },
    { last_block_id: { ...TEST_HEADER.last_block_id, parts: { total: 5, hash: "00".repeat(32) } } },
    { last_block_id: { ...TEST_HEADER.last_block_id, parts: { total: 6, hash: "01".repeat(32) } } },
  ];
  const hashes = changed.map((change) => headerHash({ ...TEST_HEADER, ...change }));
  assert.equal(new Set([base, ...hashes]).size, changed.length + 1);
});

test("a header that is not one is malformed", async () => {
  for (const change of [{ time: "yesterday" }, { time: "2019-13-13T16:14:44Z" }, { app_hash: "xyz" }, { last_block_id: null }, { height: "-1" }, { version: undefined }])
    await fails(() => headerHash({ ...TEST_HEADER, ...change }), MalformedAnswerError, "malformed_answer");
});

test("a final block's headers are fetched, hashed and compared with the contract's", async (t) => {
  const { chain, client } = await setting(t);
  chain.holes.add(6).add(7);
  const block = await verifyFinalBlock(client({ chainId: "consumer-1" }), 5, { maxGap: 2 });
  assert.deepEqual(block.headers.map(({ height }) => height), [5, 6, 7, 8]);
  assert.deepEqual(block.headers.map(({ hash }) => hash), [5, 6, 7, 8].map((height) => chain.blocks.get(height).hash.toLowerCase()));
  assert.equal(block.certifiedBy, 8);
  await fails(() => verifyFinalBlock(client(), 5), GapError, "gap");
  await fails(() => verifyFinalBlock(client(), 5, { maxGap: 2, maxHeaders: 3 }), InvalidArgumentError, "invalid_argument", { argument: "maxHeaders" });
});

test("what is not final cannot be verified", async (t) => {
  const { chain, client } = await setting(t);
  await fails(() => verifyFinalBlock(client(), 12), UnverifiedError, "unverified", { check: "finality" });
  chain.resumed.add(6);
  await fails(() => verifyFinalBlock(client(), 5), ResumedError, "resumed");
});

test("each lie about a header is found", async (t) => {
  const on = (height, change) => (method, result) => {
    if (method === "header" && result.header.height === String(height)) change(result.header);
    return result;
  };
  const cases = [
    ["the hash in the header above", on(5, (header) => (header.time = "2026-01-01T00:00:00Z"))],
    ["the hash in the header above", on(5, (header) => (header.app_hash = "AB".repeat(32)))],
    ["the hash in the header above", on(6, (header) => (header.last_block_id.hash = "AB".repeat(32)))],
    ["the application hash that was voted for", on(6, (header) => (header.app_hash = "AB".repeat(32)))],
    ["the chain's id", on(6, (header) => (header.chain_id = "other-1"))],
  ];
  for (const [check, lie] of cases) {
    const { client } = await setting(t, { nodes: [{ lie }] });
    await fails(() => verifyFinalBlock(client(), 5), UnverifiedError, "unverified", { check });
  }
});

test("one node's contract and another node's headers must fit", async (t) => {
  const fork = new Chain({ now: () => Date.now() - 60_000 });
  const { nodes, client } = await setting(t, { nodes: [{}, { chain: fork }, {}] });
  const asked = client({ rpcs: [nodes[0].url] });
  await fails(() => verifyFinalBlock(asked, 5, { headersFrom: [nodes[1].url] }), UnverifiedError, "unverified", { check: "the block's hash" });
  assert.equal((await verifyFinalBlock(asked, 5, { headersFrom: [nodes[2].url] })).height, 5);
  assert.ok(nodes[2].calls.every((method) => method === "header"));
});

test("the vote that certifies must have a quorum, and the voted hash is the contract's", async (t) => {
  const { chain, client } = await setting(t);
  const { vote } = chain;
  chain.vote = function (height, tip) {
    return height === 6 ? { state: "open" } : vote.call(this, height, tip);
  };
  await fails(() => verifyFinalBlock(client(), 5), UnverifiedError, "unverified", { check: "the vote that certifies", height: 6 });
  chain.vote = function (height, tip) {
    return height === 6 ? { state: "pruned" } : vote.call(this, height, tip);
  };
  assert.equal((await verifyFinalBlock(client(), 5)).certifiedBy, 6, "its votes are forgotten, it was passed with quorum");
});

test("the last final block of a chain that has stopped can be verified", async (t) => {
  const { client } = await setting(t, { chain: new Chain({ now: () => Date.now() - 3_600_000 }) });
  assert.equal((await verifyFinalBlock(client(), 10)).certifiedBy, 11);
});

test("a transaction is proved to be in its block and to have succeeded", async (t) => {
  const { chain, client } = await setting(t);
  const txHash = chain.send("pay");
  const height = chain.grow();
  chain.grow();
  chain.grow();
  const verified = await verifyTx(client(), txHash.toLowerCase());
  assert.deepEqual([verified.height, verified.txIndex, verified.txHash], [height, 0, txHash]);
  assert.equal(new TextDecoder().decode(verified.tx), "pay");
  const failed = chain.send("no money", { code: 5 });
  chain.grow();
  chain.grow();
  chain.grow();
  await fails(() => verifyTx(client(), failed), TxFailedError, "tx_failed", { txCode: 5 });
});

test("each lie about a transaction is found", async (t) => {
  const chain = new Chain();
  const txHash = chain.send("pay");
  const failed = chain.send("no money", { code: 5 });
  chain.grow();
  chain.grow();
  chain.grow();
  const lieOf = (name, change) => (method, result) => (method === name && change(result), result);
  const cases = [
    ["the hash of the transaction", lieOf("tx", (result) => (result.tx = Buffer.from("steal").toString("base64")))],
    ["the transaction's proof", lieOf("tx", (result) => (result.height = "11"))],
    ["the transaction's proof", lieOf("tx", (result) => result.proof.proof.aunts.push(Buffer.alloc(32).toString("base64")))],
    ["the transaction's place", lieOf("tx", (result) => (result.index = 1))],
    ["the results of its transactions", lieOf("block_results", (result) => (result.txs_results[0].gas_used = "1"))],
    ["the results of its transactions", lieOf("block_results", (result) => (result.txs_results[0].code = 1))],
  ];
  for (const [check, lie] of cases) {
    const { client } = await setting(t, { chain, nodes: [{ lie }] });
    await fails(() => verifyTx(client(), txHash), UnverifiedError, "unverified", { check });
  }
  assert.ok(failed);
});

test("a real transaction's proof and results lead to the real headers", async (t) => {
  const recorded = read("wasmd");
  const result = (name) => structuredClone(recorded[name].answer.result);
  const { header: own } = result("header 0");
  const { header: above } = result("header 1");
  const tx = result("tx");
  const height = Number(own.height);
  const status = (asked) => ({
    height: asked,
    block: "final",
    certified_by: height + 1,
    gap_before: 0,
    block_hash_hex: asked === height ? above.last_block_id.hash.toLowerCase() : null,
    app_hash_hex: (asked === height ? own : above).app_hash.toLowerCase(),
    vote: { state: "quorum" },
  });
  const chain = new Chain({ from: height, to: height + 3 });
  chain.finalityStatus = (asked) => (asked === height ? status(asked) : { ...status(asked), certified_by: asked + 1 });
  const real = { tx: () => tx, block_results: () => result("block_results"), header: ({ height: asked }) => ({ header: Number(asked) === height ? own : above }) };
  const fail = (method, response, params) => real[method] && response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: real[method](params) }));
  const { client } = await setting(t, { chain, nodes: [{ fail }] });
  const verified = await verifyTx(client(), tx.hash);
  assert.deepEqual([verified.height, verified.txIndex], [height, 0]);
});
