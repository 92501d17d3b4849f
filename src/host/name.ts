/**
 * The names of other runtimes that the command may be called by (a link or a copy of that name stands for the runtime):
 * then it says and writes what their callers look for.
 */

export const isCrun = (name: string): boolean => name === 'crun';

export const isRunc = (name: string): boolean => name === 'runc';
