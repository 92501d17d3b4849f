/** What an archive may make its reader hold in memory. */
export interface TarLimits {
  /** Bytes of one extended header, that is of the names and attributes of one entry. */
  readonly extension: number;
  /** Bytes of all of them, which no budget of entries counts and which take longer to read than content. */
  readonly extensions: number;
  /** Parts of one sparse file. */
  readonly extents: number;
}

export const TAR_LIMITS: TarLimits = {
  extension: 2 ** 20,
  extensions: 512 * 2 ** 20,
  extents: 2 ** 16,
};
