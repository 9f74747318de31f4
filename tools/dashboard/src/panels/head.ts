// The top: which chain, how fresh, the state in one sentence, four numbers.
import type { State } from "../api.js";
import { at, h, show } from "../dom.js";
import { bitcoin, number, percent, plain, short, span } from "../format.js";
import { age, type Sentence, sentence } from "../view/sentence.js";

/** What is older than this says so. */
const STALE_S = 15;

const freshness = (state: State, now: number): { text: string; stale: boolean } => {
  const old = age(state, now);
  if (old === null) return { text: "nothing read yet", stale: true };
  const stale = old > Math.max(STALE_S, (4 * state.chain.block_ms) / 1000);
  return { text: stale ? `as of ${span(old)} ago` : "live", stale };
};

const tile = (name: string, value: string, note: string): HTMLElement => h("div", {}, h("dt", {}, name), h("dd", {}, value, note ? h("small", {}, note) : null));

const tiles = ({ tip, health, chain }: State): [string, string, string][] => {
  const waiting = health?.finality.waiting_for;
  const voted = waiting ? percent(Number(waiting.voted_power), Number(waiting.total_power)) : "–";
  return [
    ["Chain height", tip ? number(tip.height) : "–", chain.block_ms ? `${(chain.block_ms / 1000).toFixed(1)} s a block` : ""],
    ["Final block", health?.finality.last_final_block != null ? number(health.finality.last_final_block) : "–", tip && health?.finality.last_final_block != null ? `${number(Math.max(tip.height, health.finality.last_processed) - health.finality.last_final_block)} behind` : ""],
    ["Next vote", waiting ? `${voted} in` : "–", waiting ? `at height ${number(waiting.height)}` : "no height is open"],
    ["Active", health ? `${number(health.staking.active)} of ${number(health.staking.fps)}` : "–", health ? `with ${bitcoin(Number(health.staking.total_power))}` : ""],
  ];
};

export const head = (state: State, now: number, reach: string | null): Sentence => {
  const { chain } = state;
  const fresh = reach ? { text: "not connected", stale: true } : freshness(state, now);
  show("chain", [chain.id, chain.contract], () => [h("strong", {}, plain(chain.id)), h("span", { title: chain.contract, class: "soft mono" }, short(chain.contract, 10, 6))]);
  show("fresh", fresh, () => [h("span", { class: fresh.stale ? "dot stale" : "dot" }), fresh.text]);
  const said: Sentence = reach ? { tone: "unknown", text: reach, more: "" } : sentence(state, now);
  show("sentence", said, () => [h("h1", {}, h("bdi", {}, said.text)), said.more ? h("p", { class: "soft" }, h("bdi", {}, said.more)) : null]);
  at("top").dataset.tone = said.tone;
  const shown = tiles(state);
  show("tiles", shown, () => shown.map(([name, value, note]) => tile(name, value, note)));
  document.title = `${said.tone === "good" ? "" : "! "}${said.text.slice(0, 60)} · ${plain(chain.id)}`;
  return said;
};
