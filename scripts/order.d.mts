/** For a script that assigns `runts` an object whose `rehearse` gives, for each verb, a function that runs it. */
export function calledFirst(source: string, verbs: readonly string[]): Promise<string>;
