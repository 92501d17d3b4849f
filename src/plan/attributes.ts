import type { MemoryPolicy, Personality, Process } from '../spec/types.ts';
import { onInit } from './context.ts';
import { parseList } from './lists.ts';
import { invalid } from './refuse.ts';
import type { Step } from './steps.ts';

/** What linux says of the program, beside process. */
export interface LinuxAttributes {
  readonly personality?: Personality;
  readonly memoryPolicy?: MemoryPolicy;
}

/** Execution domain, scheduling and memory placement, while init has the rights to ask for them. */
export function attributeSteps(process: Process, linux: LinuxAttributes): Step[] {
  return [
    ...personalitySteps(linux.personality),
    ...schedulerSteps(process),
    ...ioPrioritySteps(process),
    ...memoryPolicySteps(linux.memoryPolicy),
  ];
}

function personalitySteps(personality: Personality | undefined): Step[] {
  if (personality === undefined) return [];
  return [onInit('/linux/personality', { kind: 'personality', domain: personality.domain })];
}

function schedulerSteps({ scheduler }: Process): Step[] {
  if (scheduler === undefined) return [];
  const { policy, nice = 0, priority = 0, flags = [], runtime = 0, deadline = 0, period = 0 } = scheduler;
  return [
    onInit('/process/scheduler', {
      kind: 'scheduler',
      policy,
      nice,
      priority,
      flags,
      runtime,
      deadline,
      period,
    }),
  ];
}

function ioPrioritySteps({ ioPriority }: Process): Step[] {
  if (ioPriority === undefined) return [];
  return [
    onInit('/process/ioPriority', {
      kind: 'io-priority',
      class: ioPriority.class,
      priority: ioPriority.priority,
    }),
  ];
}

function memoryPolicySteps(policy: MemoryPolicy | undefined): Step[] {
  if (policy === undefined) return [];
  const nodes = parseList(policy.nodes ?? '');
  if (nodes === undefined)
    throw invalid('/linux/memoryPolicy/nodes', `"${policy.nodes}" is not a list such as 0-3,7`);
  return [
    onInit('/linux/memoryPolicy', {
      kind: 'memory-policy',
      mode: policy.mode,
      flags: policy.flags ?? [],
      nodes,
    }),
  ];
}
