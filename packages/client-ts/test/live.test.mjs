// What must hold of any chain with finality that goes on. BSN_LIVE_RPC and BSN_LIVE_ADDRESS name a real one; without them it is
// the double of support/.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createBsnClient } from "bsn-client";
import { eventsAt } from "bsn-client/events";
import { verifyFinalBlock } from "bsn-client/verify";
import { Chain } from "./support/chain.mjs";
import { setting } from "./support/setting.mjs";

const { BSN_LIVE_RPC: rpc, BSN_LIVE_ADDRESS: address, BSN_LIVE_TIMEOUT_MS: timeout = "120000" } = process.env;
const timeoutMs = Number(timeout);

const connect = async (t) => {
  if (rpc) return createBsnClient({ rpc, address });
  const chain = new Chain();
  const { client } = await setting(t, { chain });
  const growing = setInterval(() => chain.grow(), 30);
  t.after(() => clearInterval(growing));
  return client();
};

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
