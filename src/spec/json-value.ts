/** What a JSON text says. Only the own keys of an object are: `__proto__` is a key like any other. */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject;

export interface JsonObject {
  [key: string]: JsonValue;
}

/** Where a text stops being JSON, and why. Both counts begin at 1; columns are UTF-16 code units. */
export interface JsonError {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type JsonResult =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly error: JsonError };

/** Deeper nesting is refused: config.json needs eight levels. */
export const MAX_DEPTH = 128;
