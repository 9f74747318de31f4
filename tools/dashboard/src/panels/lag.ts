// The lag as a stepped line; a lost hook is a mark below the axis, and what is not known is a gap.
import type { State } from "../api.js";
import { at, h, show, svg } from "../dom.js";
import { number } from "../format.js";
import { type Lag, lagByBlock, lagByMinute } from "../view/lag.js";

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [1000, 180, 0, 12, 20];

/** A round number at or above the worst lag. */
export const ceiling = (worst: number): number => {
  const least = Math.max(4, worst);
  const size = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 4, 5, 10].map((step) => step * size).find((round) => round >= least) ?? least;
};

const line = ({ points }: Lag, top: number, x: (at: number) => number, y: (lag: number) => number, step: number): { line: string; area: string } => {
  let [path, area] = ["", ""];
  let open = false;
  points.forEach((point, index) => {
    if (point.lag === null) {
      if (open) area += `V${y(0)}Z`;
      open = false;
      return;
    }
    const [left, right, high] = [x(point.at), x(point.at + step), y(Math.min(point.lag, top))];
    const broken = open && points[index - 1]!.at !== point.at - step;
    if (broken) area += `V${y(0)}Z`;
    const starts = !open || broken;
    path += `${starts ? `M${left} ` : "V"}${high}H${right}`;
    area += `${starts ? `M${left} ${y(0)}` : ""}V${high}H${right}`;
    open = true;
  });
  return { line: path, area: open ? `${area}V${y(0)}Z` : area };
};

const chart = (lag: Lag): SVGElement => {
  const { points } = lag;
  const [first, last] = [points[0]?.at ?? 0, (points[points.length - 1]?.at ?? 1) + 1];
  const top = ceiling(lag.worst);
  const round = (value: number): number => Math.round(value * 10) / 10;
  const x = (at: number): number => round(LEFT + ((at - first) / Math.max(1, last - first)) * (WIDTH - LEFT));
  const y = (value: number): number => round(TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM));
  const path = line(lag, top, x, y, 1);
  const holes = points.filter(({ hole }) => hole).map(({ at }) => `M${x(at + 0.5)} ${HEIGHT - BOTTOM + 4}v${BOTTOM - 8}`);
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", class: "chart", role: "img", "aria-label": lag.sentence },
    ...[0, 0.5, 1].map((part) => svg("line", { x1: LEFT, x2: WIDTH, y1: y(top * part), y2: y(top * part), class: "grid" })),
    svg("path", { d: path.area, class: "area" }),
    svg("path", { d: path.line, class: "line" }),
    svg("path", { d: holes.join(""), class: "holes" }),
  );
};

export const lagPanel = (state: State): void => {
  const byMinute = at<HTMLInputElement>("lag-minutes").checked;
  const lag = byMinute ? lagByMinute(state) : lagByBlock(state);
  const top = ceiling(lag.worst);
  const ends = [lag.points[0]?.label, lag.points[lag.points.length - 1]?.label].map((text) => text?.split(":").slice(0, byMinute ? 2 : 1).join(":").replace(/ at .*/, "") ?? "");
  show("lag", [lag, byMinute], () => [
    h("div", { class: "plot" }, chart(lag), h("span", { class: "tick high", "aria-hidden": "true" }, `${number(top)} blocks`), h("span", { class: "tick half", "aria-hidden": "true" }, number(top / 2))),
    h("div", { class: "ends soft", "aria-hidden": "true" }, h("span", {}, ends[0] ?? ""), lag.holes ? h("span", { class: "bad" }, "❘ hook lost") : null, h("span", {}, ends[1] ?? "")),
    h("p", { class: "soft" }, lag.sentence),
  ]);
};
