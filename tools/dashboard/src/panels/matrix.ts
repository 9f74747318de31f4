// The votes on one canvas: drawn whole with each block, and copied under the cursor when that moves.
import type { State } from "../api.js";
import { at, h, name, show } from "../dom.js";
import { number, percent } from "../format.js";
import { cell, missedBy, ranges, type Votes, votes } from "../view/votes.js";

const NARROWEST = 3;
const LABELS = 112;
/** Columns up to this breadth have nothing between them. */
const JOINED = 4;
/** The letters, in the order in which they are drawn, and the variables that colour them. */
const COLOURS: readonly [letter: string, variable: string][] = [
  ["v", "--voted"],
  ["?", "--open"],
  ["m", "--missed"],
  ["f", "--fork"],
  ["x", "--fork"],
];

interface Layout {
  left: number;
  column: number;
  row: number;
  gap: number;
  shown: Votes["heights"];
}

let current: Votes = { voters: [], heights: [] };
let cursor: { row: number; height: number } | null = null;
let layout: Layout = { left: 0, column: 4, row: 14, gap: 1, shown: [] };

const cut = (name: string): string => (name.length > 15 ? `${name.slice(0, 14)}…` : name);

/** As much room as the longest name needs. */
const longest = (row: number): number => {
  const canvas = at<HTMLCanvasElement>("matrix");
  const pen = canvas.getContext("2d");
  if (!pen) return LABELS;
  pen.font = font(row, getComputedStyle(canvas).fontFamily);
  return 14 + Math.max(0, ...current.voters.map(({ name }) => pen.measureText(cut(name)).width));
};

const font = (row: number, family: string): string => `${Math.min(13, row - (row > 7 ? 2 : 1))}px ${family}`;

const plan = (width: number): Layout => {
  const rows = current.voters.length;
  const row = rows > 60 ? 7 : rows > 25 ? 10 : rows > 12 ? 14 : 20;
  const left = row >= 10 ? Math.min(LABELS, width / 3, longest(row)) : 0;
  const room = width - left;
  const count = Math.max(1, Math.min(current.heights.length, Math.floor(room / NARROWEST)));
  const column = Math.min(12, room / count);
  return { left, column, row, gap: row > 7 ? 2 : 1, shown: current.heights.slice(-count) };
};

/** What changes once a block; the cursor is drawn over a copy of it. */
const base = document.createElement("canvas");

/** Cells of one letter, side by side ones in one piece where nothing is left between them. */
const cells = (pen: CanvasRenderingContext2D, letter: string, across: (index: number) => number): void => {
  const { row, gap, shown } = layout;
  const joined = layout.column <= JOINED;
  pen.beginPath();
  current.voters.forEach((voter, place) => {
    for (let from = 0; from < shown.length; from++) {
      if (shown[from]?.votes[voter.index] !== letter) continue;
      let to = from + 1;
      while (joined && shown[to]?.votes[voter.index] === letter) to++;
      pen.rect(across(from), place * row, Math.max(1, across(to) - across(from) - (joined ? 0 : 1)), row - gap);
      from = to - 1;
    }
  });
  pen.fill();
};

let draws = 0;

/** Draws everything, and notes how many milliseconds that took. */
const draw = (): void => {
  const start = performance.now();
  const canvas = at<HTMLCanvasElement>("matrix");
  const width = canvas.parentElement?.clientWidth ?? 0;
  layout = plan(width);
  const { row, shown } = layout;
  const height = Math.max(row, current.voters.length * row) + 16;
  const scale = devicePixelRatio || 1;
  for (const one of [canvas, base]) {
    if (one.width !== Math.round(width * scale)) one.width = Math.round(width * scale);
    if (one.height !== Math.round(height * scale)) one.height = Math.round(height * scale);
  }
  canvas.style.height = `${height}px`;
  const pen = base.getContext("2d");
  if (!pen) return;
  const style = getComputedStyle(canvas);
  const colour = (variable: string): string => style.getPropertyValue(variable);
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  for (const [letter, variable] of COLOURS) {
    pen.fillStyle = colour(variable);
    cells(pen, letter, across);
  }
  const below = current.voters.length * row + 3;
  const wide = (index: number): number => Math.max(1, across(index + 1) - across(index) - (layout.column > JOINED ? 1 : 0));
  for (const [state, variable] of [["hole", "--fork"], ["open", "--open"], ["resumed", "--missed"], ["unread", "--line"]] as const) {
    pen.fillStyle = colour(variable);
    shown.forEach((one, index) => one.state === state && pen.fillRect(across(index), state === "hole" ? 0 : below, wide(index), state === "hole" ? below + 4 : 4));
  }
  labels(pen, style);
  mark();
  Object.assign(canvas.dataset, { ms: (performance.now() - start).toFixed(1), draws: ++draws, heights: shown.length });
  const [first, last] = [shown[0]?.height ?? 0, shown[shown.length - 1]?.height ?? 0];
  canvas.setAttribute("aria-label", `Votes of ${number(current.voters.length)} finality providers at heights ${number(first)} to ${number(last)}. Arrow keys move; the table below says the same.`);
};

/** Where a column begins, on a whole pixel of the screen. */
const across = (index: number): number => Math.round((layout.left + index * layout.column) * devicePixelRatio) / devicePixelRatio;

const labels = (pen: CanvasRenderingContext2D, style: CSSStyleDeclaration): void => {
  const { left, row, gap } = layout;
  if (!left) return;
  pen.font = font(row, style.fontFamily);
  pen.textBaseline = "middle";
  pen.fillStyle = style.getPropertyValue("--soft");
  current.voters.forEach((voter, place) => pen.fillText(cut(voter.name), 0, place * row + (row - gap) / 2, left - 6));
};

/** What was drawn, and the cursor on it; notes how many milliseconds it took. */
const mark = (): void => {
  const start = performance.now();
  const canvas = at<HTMLCanvasElement>("matrix");
  const pen = canvas.getContext("2d");
  if (!pen || !base.width || !base.height) return;
  const scale = devicePixelRatio || 1;
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(base, 0, 0);
  const index = cursor ? layout.shown.findIndex(({ height }) => height === cursor?.height) : -1;
  if (cursor && index >= 0) {
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.strokeStyle = getComputedStyle(canvas).getPropertyValue("--ink");
    pen.lineWidth = 1.5;
    pen.strokeRect(across(index) - 1, cursor.row * layout.row - 1, Math.max(layout.column, 3) + 1, layout.row - layout.gap + 2);
  }
  canvas.dataset.moved = (performance.now() - start).toFixed(1);
};

/** Where rows are too low for names, the one under the cursor is shown beside it. */
const tag = (name: string | null): void => {
  const shown = at("tag");
  const index = cursor ? layout.shown.findIndex(({ height }) => height === cursor?.height) : -1;
  shown.hidden = !name || !cursor || layout.left > 0 || index < 0;
  if (shown.hidden || !cursor) return;
  shown.textContent = name;
  const [x, isRight] = [across(index), index > layout.shown.length / 2];
  const width = at("matrix").clientWidth;
  Object.assign(shown.style, { top: `${cursor.row * layout.row - 8}px`, left: isRight ? "auto" : `${x + layout.column + 8}px`, right: isRight ? `${width - x + 8}px` : "auto" });
};

const say = (): void => {
  const voter = cursor && current.voters[cursor.row];
  const height = cursor && current.heights.find((one) => one.height === cursor?.height);
  const idle = layout.left ? "Point at a vote, or move with the arrow keys." : "A row is a finality provider, the most power on top: point at one for its name, or move with the arrow keys.";
  at("cell").textContent = voter && height ? cell(height, voter) : idle;
  tag(voter ? voter.name : null);
};

const move = (rows: number, columns: number): void => {
  const { shown } = layout;
  if (!shown.length || !current.voters.length) return;
  const last = shown.length - 1;
  const place = cursor ? shown.findIndex(({ height }) => height === cursor?.height) : -1;
  const column = place < 0 ? last : Math.max(0, Math.min(last, place + columns));
  const row = Math.max(0, Math.min(current.voters.length - 1, (cursor?.row ?? 0) + rows));
  cursor = { row, height: shown[column]?.height ?? 0 };
  say();
  mark();
};

const KEYS: Readonly<Record<string, [number, number]>> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [0, -20], PageDown: [0, 20], Home: [0, -9e9], End: [0, 9e9] };

export const listen = (): void => {
  const canvas = at<HTMLCanvasElement>("matrix");
  canvas.addEventListener("keydown", (event) => {
    const step = KEYS[event.key];
    if (!step) return;
    event.preventDefault();
    move(...step);
  });
  canvas.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect();
    const [column, row] = [Math.floor((event.clientX - box.left - layout.left) / layout.column), Math.floor((event.clientY - box.top) / layout.row)];
    const height = layout.shown[column]?.height;
    if (height === undefined || !current.voters[row] || column < 0) return;
    cursor = { row, height };
    say();
    mark();
  });
  canvas.addEventListener("pointerleave", () => {
    if (document.activeElement === canvas) return;
    cursor = null;
    say();
    mark();
  });
  new ResizeObserver(() => draw()).observe(canvas.parentElement ?? canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());
};

const table = (view: Votes): HTMLElement => {
  const head = ["Finality provider", "Standing", "Voted", "Missed", "Last vote", "Heights missed"].map((text) => h("th", { scope: "col" }, text));
  const body = view.voters.map((voter) => h("tr", {}, h("th", { scope: "row" }, name(voter.name)), h("td", {}, voter.standing), h("td", {}, `${number(voter.voted)} (${percent(voter.voted, voter.voted + voter.missed)})`), h("td", {}, number(voter.missed)), h("td", {}, voter.lastVoted ? number(voter.lastVoted) : "never seen"), h("td", {}, ranges(missedBy(view, voter)) || "none")));
  return h("table", { class: "wide" }, h("caption", { class: "sr" }, "Votes of each finality provider"), h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...body));
};

let drawn = "";

export const matrix = (state: State): void => {
  const what = `${state.run} ${state.revision} ${at("matrix").parentElement?.clientWidth}`;
  if (what !== drawn) {
    drawn = what;
    current = votes(state);
    draw();
    say();
  }
  if (at<HTMLDetailsElement>("votes-table").open) show("votes-rows", current, () => [table(current)]);
};
