// Made by scripts/generate-steps.mjs from steps.ts: do not edit.
/** Stands for the whole definition of steps; the executors refuse a plan made from another one. */
export const SCHEMA = 0x3643715f;
