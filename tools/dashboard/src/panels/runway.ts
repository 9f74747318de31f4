// How long the committed randomness lasts: a bar a provider, hatched where Bitcoin has not timestamped it.
import type { State } from "../api.js";
import { h, name, show } from "../dom.js";
import { brief, number } from "../format.js";
import { NOTHING } from "./rows.js";
import { LISTED, type Runway, runways } from "../view/runway.js";

export const runway = (state: State): void => {
  const list = runways(state);
  const longest = Math.max(1, ...list.map(({ blocks }) => blocks));
  const isRead = state.health !== null;
  show("runway", [list, state.chain.block_ms, isRead], () => {
    if (!list.length) return [h("p", { class: "soft" }, isRead ? "No finality provider is registered." : NOTHING)];
    const bar = (timestamped: number, blocks: number, low: boolean): HTMLElement => {
      const [sure, rest] = [h("i", { class: low ? "sure low" : "sure" }), h("i", { class: "hatched" })];
      sure.style.width = `${(100 * timestamped) / longest}%`;
      rest.style.width = `${(100 * (blocks - timestamped)) / longest}%`;
      return h("span", { class: "run", "aria-hidden": "true" }, sure, rest);
    };
    const row = (one: Runway): HTMLElement =>
      h("tr", { class: one.state.replace(" ", "-") },
        h("th", { scope: "row" }, name(one.name)),
        h("td", { class: "standing" }, one.state === "active" ? h("span", { class: "sr" }, "active") : one.state),
        h("td", { class: "wide" }, one.state === "slashed" ? null : bar(one.timestamped, one.blocks, one.low), h("small", {}, one.low ? "▲ " : "", one.text)),
      );
    const table = (rows: readonly Runway[]): HTMLElement =>
      h("table", { class: "list runs" },
        h("caption", { class: "sr" }, "Randomness left of each finality provider"),
        h("thead", { class: "sr" }, h("tr", {}, ...["Finality provider", "Standing", "Timestamped randomness left"].map((text) => h("th", { scope: "col" }, text)))),
        h("tbody", {}, ...rows.map(row)),
      );
    const more = list.slice(LISTED);
    return [
      table(list.slice(0, LISTED)),
      more.length ? h("details", {}, h("summary", {}, `${number(more.length)} more, with as much or more left`), table(more)) : null,
      h("p", { class: "soft legend" }, h("span", { class: "swatch sure" }), "timestamped by Bitcoin ", h("span", { class: "swatch hatched" }), `committed, cannot be used yet; the whole width is ${brief((longest * state.chain.block_ms) / 1000)}`),
    ];
  });
};
