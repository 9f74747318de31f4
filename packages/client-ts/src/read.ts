import { MalformedAnswerError } from "./errors.js";

/** Reads a field of an answer; all throw {@link MalformedAnswerError} with the field's path. */
export type Json = Record<string, unknown>;

export const object = (value: unknown, path: string): Json => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new MalformedAnswerError(path, "an object");
  return value as Json;
};

export const list = (value: unknown, path: string): unknown[] => {
  if (!Array.isArray(value)) throw new MalformedAnswerError(path, "a list");
  return value;
};

export const text = (value: unknown, path: string): string => {
  if (typeof value !== "string") throw new MalformedAnswerError(path, "text");
  return value;
};

/** A height or count: a JSON number or, as CometBFT writes them, a decimal string. Exact, or refused. */
export const whole = (value: unknown, path: string): number => {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 0)
    throw new MalformedAnswerError(path, "a whole number below 2^53");
  return number;
};

/** An amount: a decimal string. */
export const amount = (value: unknown, path: string): bigint => {
  if (typeof value !== "string" || !/^\d+$/.test(value)) throw new MalformedAnswerError(path, "an amount in decimal digits");
  return BigInt(value);
};

/** A hash of 32 bytes, in lower case whatever the node writes. */
export const hash = (value: unknown, path: string): string => {
  if (typeof value !== "string" || !/^[0-9a-f]{64}$/i.test(value)) throw new MalformedAnswerError(path, "32 bytes in hex");
  return value.toLowerCase();
};

export const oneOf =
  <T extends string>(...known: T[]) =>
  (value: unknown, path: string): T => {
    if (!known.includes(value as T)) throw new MalformedAnswerError(path, `one of ${known.join(", ")}`);
    return value as T;
  };

/** Reads a field. */
export const get = <T>(json: Json, key: string, read: (value: unknown, path: string) => T): T => read(json[key], key);

/** Reads a field that may be absent: `undefined` and `null` are both `null`. */
export const maybe = <T>(json: Json, key: string, read: (value: unknown, path: string) => T): T | null =>
  json[key] === undefined || json[key] === null ? null : get(json, key, read);
