// What is said, of answers as `bsn serve` gives them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { recorded } from "./support/states.mjs";
import { source } from "./support/source.mjs";

const { sentence, holders, silent, runways, channel, bitcoinRows, slashed, votes, ranges, missedBy, lagByBlock, merge, since, span, list, plain, label, percent, bitcoin } = source;
const copy = (name) => recorded(name);
const said = (state, now = state.now) => sentence(state, now);

/** Four who vote, at heights 91 to 100. */
const small = (change = () => {}) => {
  const state = copy("healthy");
  const provider = (index, power) => ({ ...state.providers[0], key: `${index}`.repeat(64), name: `fp${index}`, power, active: true, slashed_height: 0, jailed_until_s: 0, randomness_end: 1_100, timestamped_end: 1_000, commitment: 10_000 });
  const column = (height) => ({ height, time: state.now, state: height < 100 ? "quorum" : "open", votes: height < 100 ? "vvvv" : "????", lost: false, voted_power: 90, total_power: 100, lag: 2 });
  const waiting_for = { height: 100, total_power: "100", voted_power: "0" };
  Object.assign(state, { tip: { height: 100, time: state.now }, checks: [], outbox: [], providers: [40, 30, 20, 10].map((power, index) => provider(index, power)), heights: Array.from({ length: 10 }, (_, at) => column(91 + at)) });
  state.chain.block_ms = 6_000;
  state.reading = { state: "ok", since: state.now, last_ok: state.now, error: null };
  state.health = { ...state.health, alarms: [], finality: { ...state.health.finality, last_processed: 100, last_finalized_height: 99, last_final_block: 98, waiting_for } };
  change(state);
  return state;
};

/** From a height on, the providers at these places do not vote. */
const quiet = (state, places, from = 95) => {
  for (const one of state.heights) if (one.height >= from) one.votes = [...one.votes].map((letter, index) => (places.includes(index) ? (one.state === "quorum" ? "m" : "?") : letter)).join("");
};

test("the state is one sentence", () => {
  const { text, tone } = said(small());
  assert.deepEqual([text, tone], ["Final 2 blocks behind; waiting for nobody.", "good"]);
});

test("who has fallen silent is named, and finality that goes on is not called well", () => {
  const { text, tone, more } = said(small((state) => quiet(state, [3])));
  assert.deepEqual([text, tone], ["Final 2 blocks behind; waiting for fp3.", "warning"]);
  assert.match(more, /10 % of the power is silent/);
});

test("a standstill names the height and whom it waits for", () => {
  const state = small((state) => {
    quiet(state, [0, 3], 70);
    state.tip.height = 130;
    state.health.finality = { ...state.health.finality, last_processed: 130, waiting_for: { height: 95, total_power: "100", voted_power: "50" }, last_final_block: 93 };
    for (const one of state.heights) if (one.height >= 95) one.state = "open";
  });
  const { text, tone, more } = said(state);
  assert.deepEqual([text, tone], ["Finality stands still at height 95; waiting for fp0 and fp3.", "bad"]);
  assert.match(more, /50 % of the power voted there.*37 blocks/s);
});

test("nothing is called well that is not known to be", () => {
  const tone = (change) => said(small(change)).tone;
  assert.equal(tone((state) => (state.health = null)), "unknown");
  assert.equal(tone((state) => (state.tip = null)), "unknown");
  assert.equal(tone((state) => (state.reading.state = "away")), "unknown");
  assert.equal(tone((state) => (state.health.finality.last_final_block = null)), "warning");
  assert.equal(tone((state) => (state.health.alarms = ["something"])), "warning");
  assert.equal(tone((state) => state.checks.push({ id: "P1", level: "critical", what: "x", hint: null })), "warning");
  assert.equal(tone((state) => state.providers.forEach((one) => (one.active = false))), "bad");
  assert.equal(tone((state) => Object.assign(state.providers[3], { active: false, jailed_until_s: 5 })), "warning");
});

test("a node that is away is said to be, with the age of what is shown, and that grows", () => {
  const state = small((state) => (state.reading = { state: "away", since: state.now, last_ok: state.now - 5_000, error: "http://node does not answer" }));
  assert.equal(said(state).text, "The node does not answer. What is shown here is 5 seconds old.");
  assert.equal(said(state, state.now + 175_000).text, "The node does not answer. What is shown here is 3 minutes old.");
  assert.equal(said(state).more, "http://node does not answer");
  state.reading.last_ok = null;
  assert.equal(said(state).text, "The node does not answer; nothing was read yet.");
});

test("a node that answers is not called away: the chain cannot be read, and why", () => {
  const error = "/cosmwasm.wasm.v1.Query/SmartContractState: no such contract";
  const state = small((state) => (state.reading = { state: "unreadable", since: state.now, last_ok: state.now - 5_000, error }));
  assert.deepEqual(said(state), { tone: "unknown", text: "The chain cannot be read. What is shown here is 5 seconds old.", more: error });
  state.reading.last_ok = null;
  assert.equal(said(state).text, "The chain cannot be read; nothing was read yet.");
});

test("a chain that makes no block stands still, whatever the last answer was", () => {
  const state = small();
  assert.equal(said(state, state.now + 40_000).tone, "good");
  assert.equal(said(state, state.now + 50_000).text, "The chain stands still: no block for 50 seconds.");
});

test("on whom finality hangs: the fewest who could stop it, with those who are silent already", () => {
  const of = (places) => holders(small((state) => quiet(state, places))).sentence;
  assert.equal(of([]), "If fp0 alone leaves, finality stops.");
  assert.equal(of([3]), "fp3 is silent. If fp0 leaves too, finality stops.");
  assert.equal(of([2, 3]), "fp2 and fp3 are silent. If fp0 leaves too, finality stops.");
  assert.equal(of([0]), "Without fp0 there is no quorum: 40 % of the power is silent.");
  const even = small((state) => state.providers.forEach((one) => (one.power = 25)));
  assert.equal(holders(even).sentence, "If fp0 and fp1 leave, finality stops.");
  const thirds = small((state) => [10, 10, 10, 0].forEach((power, index) => (state.providers[index].power = power)));
  assert.equal(holders(thirds).sentence, "If fp0 alone leaves, finality stops.", "two thirds are not more than two thirds");
  assert.equal(holders(small((state) => (state.providers = []))).sentence, "Nobody has power: no height can get a quorum.");
});

test("one late vote, or a height that is just open, makes nobody silent", () => {
  assert.deepEqual(silent(small((state) => quiet(state, [1], 98))), []);
  assert.deepEqual(silent(small((state) => (state.heights = state.heights.slice(-2)))), []);
});

test("the runway is what is timestamped, and little of it is marked", () => {
  const rows = runways(small((state) => ((state.providers[1].timestamped_end = 0), (state.providers[2].timestamped_end = 5_000), (state.providers[2].randomness_end = 5_000))));
  const by = (name) => rows.find((one) => one.name === name);
  assert.deepEqual([by("fp0").text, by("fp0").low], ["1 h 30 min, 900 blocks", true]);
  assert.deepEqual([by("fp1").text, by("fp1").timestamped, by("fp1").blocks], ["not timestamped yet", 0, 1_000]);
  assert.equal(by("fp2").low, false);
  const brief = runways(small((state) => state.providers.forEach((one) => (one.commitment = 2_000))));
  assert.equal(brief[0].low, false, "where a commitment is short, a quarter of it is little");
});

test("a client that expired, is about to, or cannot be seen is never shown as well", () => {
  const row = (end, side = "here") => channel(small((state) => (state.link = { here: null, babylon: null, [side]: end })), small().now).find(({ name }) => (side === "here" ? /here/ : /Our client/).test(name));
  const end = (client) => ({ channel: "channel-0", state: "open", client, unrelayed: 0, error: null });
  const now = small().now;
  assert.equal(row(null, "babylon").tone, "unknown");
  assert.match(row(null, "babylon").note, /--babylon-node/);
  assert.equal(row(end(null)).tone, "unknown");
  assert.deepEqual([row(end({ id: "c", status: "Expired", expires: null })).value, row(end({ id: "c", status: "Expired", expires: now + 1e9 })).tone], ["Expired", "bad"]);
  assert.equal(row(end({ id: "c", status: "Active", expires: now + 2 * 3_600_000 })).tone, "bad");
  assert.equal(row(end({ id: "c", status: "Active", expires: now - 1 })).tone, "bad");
  assert.deepEqual(row(end({ id: "c", status: "Active", expires: now + 30 * 3_600_000 })).value, "1 day 6 hours left".replace("1 day 6 hours", "1 d 6 h"));
});

test("of a chain without Babylon nothing of it is missing", () => {
  const alone = small((state) => (state.health.channel.state = "absent"));
  assert.deepEqual(channel(alone, alone.now).map(({ value, tone }) => [value, tone]), [["none", "good"]]);
  assert.ok(!bitcoinRows(alone, alone.now).some(({ name }) => /Babylon|Checkpoints/.test(name)));
  assert.ok(bitcoinRows(small(), small().now).some(({ name }) => /Epoch of Babylon/.test(name)));
});

test("ages go on while nothing is read", () => {
  const state = small((state) => (state.health.bitcoin.tip_age_s = 60));
  const row = (now) => bitcoinRows(state, now)[0].note;
  assert.match(row(state.now), /1 min ago/);
  assert.match(row(state.now + 600_000), /11 min ago/);
});

test("a column says what each vote was, and misses are listed as ranges", () => {
  const shown = votes(small((state) => quiet(state, [1], 96)));
  const fp1 = shown.voters.find(({ name }) => name === "fp1");
  assert.deepEqual([fp1.voted, fp1.missed, ranges(missedBy(shown, fp1))], [5, 4, "96–99"]);
  assert.equal(source.cell(shown.heights[5], fp1), "fp1 at height 96: missed (quorum, 90 % voted)");
  assert.equal(ranges([1, 3, 4, 5, 9]), "1, 3–5, 9");
});

test("the lag has a gap where it is not known, and counts lost hooks", () => {
  const lag = lagByBlock(small((state) => ((state.heights[3].lag = null), (state.heights[4].lost = true), (state.heights[5].lag = 9))));
  assert.deepEqual([lag.worst, lag.holes, lag.points[3].lag], [9, 1, null]);
  assert.equal(lag.sentence, "At worst 9 blocks behind in the last 10 blocks; hooks were lost at 1 height.");
});

test("an answer with what changed is put on top, and another run starts anew", () => {
  const before = small();
  const change = { ...small(), revision: before.revision + 1, heights: [{ ...before.heights[9], state: "quorum" }, { ...before.heights[9], height: 101 }] };
  const after = merge(before, change);
  assert.deepEqual([after.heights.length, after.heights[9].state, after.heights[10].height], [11, "quorum", 101]);
  assert.equal(merge(before, { ...change, run: "another" }).heights.length, 2);
  assert.equal(since(before), `?run=${before.run}&since=${before.revision}`);
  assert.equal(since(null), "");
});

test("the recorded chains say what they were brought to", () => {
  assert.match(said(copy("healthy")).text, /^Final \d blocks behind; waiting for nobody\.$/);
  assert.match(said(copy("stalled")).text, /^Finality stands still at height [\d,]+; waiting for .* and .*\.$/);
  const gone = slashed(copy("slashed"));
  assert.equal(gone.length, 1);
  assert.deepEqual([gone[0].what, gone[0].evidence], ["signed two blocks of height 215", "Babylon took the evidence"]);
  assert.ok(copy("slashed").feed.some(({ kind }) => kind === "slashed"));
});

test("names hold no controls and no marks of direction; numbers and times read as people write them", () => {
  assert.equal(plain("a\u202Egnp\n\u0000b\u200B"), "a gnp b");
  assert.equal(label({ key: "ab".repeat(32), name: "\u202E \n" }), "ababab…abab");
  assert.equal(plain("x".repeat(99)).length, 40);
  assert.equal(source.grouped("14000000000 of 21700000000 sats at ab12345678"), "14,000,000,000 of 21,700,000,000 sats at ab12345678");
  assert.deepEqual([span(0), span(59), span(90), span(7_200), span(90_000)], ["0 seconds", "59 seconds", "1 minute 30 seconds", "2 hours", "1 day 1 hour"]);
  assert.deepEqual([list([]), list(["a"]), list(["a", "b"]), list(["a", "b", "c", "d"])], ["", "a", "a and b", "a, b and 2 others"]);
  assert.deepEqual([percent(1, 3), percent(1, 200), percent(1, 0), bitcoin(250_000_000), bitcoin(1)], ["33 %", "0.5 %", "–", "2.5 BTC", "0.00000001 BTC"]);
});
