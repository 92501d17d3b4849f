import { SPEC_VERSION } from '../spec/default.ts';
import type { HookPhase, Spec, Status } from '../spec/types.ts';
import { annotationOf, CRUN } from './annotations.ts';
import { onHost, onInit } from './context.ts';
import type { Facts } from './facts.ts';
import type { Environment } from './process.ts';
import type { Step } from './steps.ts';
import type { StepSide } from './wire.ts';

/**
 * Where a phase's hooks run, and what the state on their standard input says (config.md#posix-platform-hooks). Hooks
 * of prestart are of a time when they ran at start (runtime-spec 1.0) and expect what a container was by then.
 */
const PHASES: Readonly<Record<HookPhase, { readonly on: StepSide; readonly status: Status }>> = {
  prestart: { on: 'host', status: 'created' },
  createRuntime: { on: 'host', status: 'creating' },
  createContainer: { on: 'init', status: 'creating' },
  startContainer: { on: 'init', status: 'created' },
  poststart: { on: 'host', status: 'running' },
  poststop: { on: 'host', status: 'stopped' },
};

export interface HookInput {
  readonly spec: Pick<Spec, 'hooks' | 'annotations'>;
  readonly facts: Pick<Facts, 'id' | 'bundle'>;
  /** The container's process where the plan does not make it itself; 0 where it does, or where it is gone. */
  readonly pid?: number;
  /** That of hooks which have none of their own, and whose HOME it may lack. */
  readonly environment?: Environment;
  readonly uid?: number;
}

export function hookSteps(phase: HookPhase, input: HookInput): Step[] {
  const { spec, facts, pid = 0, environment, uid = 0 } = input;
  const hooks = spec.hooks?.[phase] ?? [];
  if (hooks.length === 0) return [];
  const { on, status } = PHASES[phase];
  const state = stateParts(spec, facts, status);
  return hooks.map((hook, at) => {
    const args = hook.args === undefined || hook.args.length === 0 ? [hook.path] : hook.args;
    const body = {
      kind: 'hook',
      phase,
      path: hook.path,
      args,
      timeout: hook.timeout ?? 0,
      ...state,
      pid,
      env: hook.env ?? environment?.variables ?? [],
      addHome: hook.env === undefined && environment?.addHome === true,
      uid,
      stdoutFile: annotationOf(spec, CRUN.hooksStdout) ?? '',
      stderrFile: annotationOf(spec, CRUN.hooksStderr) ?? '',
    } as const;
    return (on === 'host' ? onHost : onInit)(`/hooks/${phase}/${at}`, body);
  });
}

/** runtime.md#state as JSON, in two parts that the pid goes between. */
export function stateParts(
  spec: Pick<Spec, 'annotations'>,
  { id, bundle }: HookInput['facts'],
  status: Status,
): { stateHead: string; stateTail: string } {
  const head = JSON.stringify({ ociVersion: SPEC_VERSION, id, status });
  const { annotations } = spec;
  const tail = JSON.stringify({ bundle, ...(annotations !== undefined && { annotations }) });
  return { stateHead: `${head.slice(0, -1)},"pid":`, stateTail: `,${tail.slice(1)}` };
}
