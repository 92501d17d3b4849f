import { cgroupOfPlan } from '../plan/cgroup.ts';
import { compileCreate } from '../plan/create.ts';
import { encodePlan } from '../plan/encode.ts';
import type { CreateOptions, Facts } from '../plan/facts.ts';
import type { CgroupPlace } from '../plan/lifecycle.ts';
import type { Plan } from '../plan/steps.ts';
import type { Spec } from '../spec/types.ts';
import type { Runnable } from './execute.ts';
import type { Memory } from './memory.ts';

/** A plan of create, with what launch asks of it. */
export interface Prepared extends Runnable {
  /** The config with what it has left open. */
  readonly spec: Spec;
  readonly warnings: readonly string[];
  readonly cgroup: Pick<CgroupPlace, 'root' | 'path'> | undefined;
}

/** What a plan is compiled from. */
export interface Ingredients {
  readonly spec: Spec;
  readonly facts: Facts;
  readonly options: CreateOptions;
}

/** A plan with places for an id. */
export interface Template {
  /** What it was compiled from beside the config. */
  readonly key: string;
  /** Of the encoded plan, what is between the ids. */
  readonly parts: readonly string[];
  readonly prepared: Prepared;
}

/** Stands for the id in templates: of characters that ids have, and what no config has in it by chance. */
const STAND_IN = `STAND-IN-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;

/**
 * Compiles the plan of create. Where there is a memory, the plan of a config that was used before is that of then with
 * another id, as no policy looks into an id. Throws as {@link compileCreate}.
 */
export function prepare(memory: Memory | undefined, given: Ingredients): Prepared {
  if (memory === undefined || !hasOpaqueId(given)) return compile(given);
  return fill(templateFor(memory, given), given);
}

function compile({ spec, facts, options }: Ingredients): Prepared {
  const { plan, spec: completed, warnings } = compileCreate(spec, facts, options);
  return {
    text: encodePlan(plan),
    count: plan.length,
    steps: () => plan,
    spec: completed,
    warnings,
    cgroup: cgroupOfPlan(plan),
  };
}

/** systemd and resctrl make names of it by rules of their own. */
function hasOpaqueId({ spec, facts }: Ingredients): boolean {
  return facts.systemd === undefined && spec.linux?.intelRdt === undefined;
}

function templateFor({ templates }: Memory, given: Ingredients): Template {
  const { facts, options } = standIn(given);
  const key = JSON.stringify([facts, options]);
  const kept = templates.get(given.spec);
  if (kept?.key === key) return kept;
  const prepared = compile({ spec: given.spec, facts, options });
  const template = { key, parts: prepared.text.split(STAND_IN), prepared };
  templates.set(given.spec, template);
  return template;
}

/** For a container of that id, whose state directory ends with it. */
function standIn({ spec, facts, options }: Ingredients): Ingredients {
  const { id, bundle, stateDirectory } = facts;
  const directory = `${stateDirectory.slice(0, -id.length)}${STAND_IN}`;
  const own = bundle.startsWith(`${stateDirectory}/`);
  return {
    spec,
    facts: {
      ...facts,
      id: STAND_IN,
      stateDirectory: directory,
      bundle: own ? directory + bundle.slice(stateDirectory.length) : bundle,
    },
    options,
  };
}

function fill({ parts, prepared }: Template, given: Ingredients): Prepared {
  const { id } = given.facts;
  const { cgroup } = prepared;
  let plan: Plan | undefined;
  return {
    ...prepared,
    text: parts.join(id),
    steps: () => (plan ??= compileCreate(given.spec, given.facts, given.options).plan),
    warnings: prepared.warnings.map((warning) => warning.replaceAll(STAND_IN, id)),
    cgroup: cgroup && { ...cgroup, path: cgroup.path.replaceAll(STAND_IN, id) },
  };
}
