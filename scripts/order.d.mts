/** For a script that assigns `runts` an object whose `rehearse` gives, for each verb of its `rehearsed`, a function that runs it. */
export function calledFirst(source: string): Promise<string>;
