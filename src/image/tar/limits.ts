/** What an archive may make its reader hold in memory. */
export interface TarLimits {
  /** Bytes of one extended header, that is of the names and attributes of one entry. */
  readonly extension: number;
  /** Parts of one sparse file. */
  readonly extents: number;
}

export const TAR_LIMITS: TarLimits = { extension: 1 << 20, extents: 1 << 16 };
