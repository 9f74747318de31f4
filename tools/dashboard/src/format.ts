// Numbers, times and names as people read them.

export const number = (value: number | bigint): string => value.toLocaleString("en");

export const plural = (count: number, one: string, many = `${one}s`): string => `${number(count)} ${count === 1 ? one : many}`;

/** Sats as bitcoin, with as many digits as say something. */
export const bitcoin = (sats: number): string => {
  const whole = sats / 1e8;
  const digits = whole >= 100 ? 0 : whole >= 1 ? 2 : 8;
  return `${whole.toLocaleString("en", { maximumFractionDigits: digits })} BTC`;
};

export const percent = (part: number, whole: number): string => {
  if (!(whole > 0)) return "–";
  const share = (100 * part) / whole;
  return `${share.toLocaleString("en", { maximumFractionDigits: share < 10 && share > 0 ? 1 : 0 })} %`;
};

const UNITS: readonly [number, string][] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
];

/** A time span in its largest unit, and in the next one where the first is small. */
export const span = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  const at = UNITS.findIndex(([size]) => whole >= size);
  const [size, unit] = UNITS[at] ?? [1, "second"];
  const count = Math.floor(whole / size);
  const next = UNITS[at + 1];
  const rest = next && count < 3 ? Math.floor((whole % size) / next[0]) : 0;
  return next && rest > 0 ? `${plural(count, unit)} ${plural(rest, next[1])}` : plural(count, unit);
};

/** The same, short: `3 h 20 min`. */
export const brief = (seconds: number): string =>
  span(seconds)
    .replace(/ days?/g, " d")
    .replace(/ hours?/g, " h")
    .replace(/ minutes?/g, " min")
    .replace(/ seconds?/g, " s");

export const short = (text: string, head = 6, tail = 4): string => (text.length <= head + tail + 1 ? text : `${text.slice(0, head)}…${text.slice(-tail)}`);

/** A name without what could turn or hide the text around it: controls, and marks of direction. */
export const plain = (text: string): string => {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]+/gu, " ").trim();
  return clean.length > 40 ? `${clean.slice(0, 39)}…` : clean;
};

/** What somebody is called: by its name, or by its key. */
export const label = (one: { key: string; name: string | null }): string => (one.name && plain(one.name)) || short(one.key);

/** `a`, `a and b`, `a, b and 3 others`. */
export const list = (names: readonly string[], most = 3): string => {
  if (names.length <= 1) return names.join("");
  const shown = names.length > most ? names.slice(0, most - 1) : names.slice(0, -1);
  const last = names.length > most ? `${number(names.length - shown.length)} others` : names[names.length - 1];
  return `${shown.join(", ")} and ${last}`;
};

/** A clock's time, where the page is. */
export const clock = (time: number): string => new Date(time).toLocaleTimeString("en-GB");

/** A sentence of the chain, its long numbers made readable. */
export const grouped = (text: string): string => text.replace(/(?<![\w.])\d{5,18}(?![\w.])/g, (digits) => number(BigInt(digits)));
