/**
 * The small language in which steps are defined. A field type says three things at once: what TypeScript writes, how
 * it travels to the C++ executors, and what `runts plan` prints.
 *
 * Wire form: fields of UTF-8 without NUL, a NUL after each, so that executors use a text as a C string where it lies.
 *
 *     header   RPLN, schema, number of steps, number of all fields after the header
 *     step     number of its kind, host or init, number of its fields, its fields in the definition's order
 *
 * Numbers are decimal, bool is true or false, a choice is its name, flags are their names with commas between. Of strs,
 * u32s, bytes and lists the number of items comes first, then each item (a record: its fields in order) in fields of its
 * own. A text with a NUL inside makes more fields than the header says, and the plan is refused as a whole.
 */
export type FieldType =
  | 'bool'
  | 'u32'
  | 'i32'
  | 'u64'
  | 'i64'
  | 'str'
  | 'bytes'
  | 'strs'
  | 'u32s'
  | { readonly flags: NumberTable }
  | { readonly choice: NumberTable }
  | { readonly list: Fields };

/** Names and the kernel's numbers for them. */
export type NumberTable = Readonly<Record<string, number>>;
export type Fields = { readonly [name: string]: FieldType };

/** What TypeScript writes for a field of a type. */
export type ValueOf<T extends FieldType> = T extends 'bool'
  ? boolean
  : T extends 'u32' | 'i32'
    ? number
    : T extends 'u64' | 'i64'
      ? number | bigint
      : T extends 'str'
        ? string
        : T extends 'bytes'
          ? Uint8Array
          : T extends 'strs'
            ? readonly string[]
            : T extends 'u32s'
              ? readonly number[]
              : T extends { readonly flags: infer N }
                ? readonly (keyof N & string)[]
                : T extends { readonly choice: infer N }
                  ? keyof N & string
                  : T extends { readonly list: infer F extends Fields }
                    ? readonly RecordOf<F>[]
                    : never;

export type RecordOf<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** One kind of step: where it may run, what it does, and its fields. */
export interface StepDefinition {
  readonly on: readonly StepSide[];
  readonly about: string;
  readonly fields: Fields;
}

/** Who runs a step: the runtime on the host, or the helper that becomes the container's process. */
export type StepSide = 'host' | 'init';
