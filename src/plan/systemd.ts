/** Steps that have systemd make a container's cgroup, change its limits and take it away. */
import { annotatedProperties } from '../cgroup/systemd/annotations.ts';
import * as calls from '../cgroup/systemd/calls.ts';
import { PID } from '../cgroup/systemd/dbus.ts';
import type { EncodedCall } from '../cgroup/systemd/dbus.ts';
import { resourceProperties, startProperties } from '../cgroup/systemd/properties.ts';
import type { Property } from '../cgroup/systemd/properties.ts';
import { unitOf } from '../cgroup/systemd/units.ts';
import type { Unit } from '../cgroup/systemd/units.ts';
import type { Setting } from '../cgroup/settings.ts';
import type { Spec } from '../spec/types.ts';
import { onHost, section } from './context.ts';
import type { SystemdFacts } from './facts.ts';
import type { Step, StepOf } from './steps.ts';

/** As runc waits. */
const TIMEOUT_MS = 30_000;

/** What is as good as a stopped unit. */
const GONE = ['org.freedesktop.systemd1.NoSuchUnit'];

type CallOf = StepOf<'systemd-call'>['calls'][number];

/** The unit that a config asks for. */
export function unitOfSpec(spec: Spec, id: string, { user }: SystemdFacts): Unit {
  return unitOf(spec.linux?.cgroupsPath ?? '', id, user);
}

/** Its cgroup from the root of the v2 hierarchy. */
export function unitCgroup({ path }: Unit, { cgroup }: SystemdFacts): string {
  return `${cgroup}${path}`;
}

export interface UnitInput {
  readonly spec: Spec;
  readonly id: string;
  readonly systemd: SystemdFacts;
  readonly settings: readonly Setting[];
  readonly warn: (message: string) => void;
}

export interface UnitSteps {
  readonly unit: Unit;
  readonly start: Step;
  /** What must follow the last clone. */
  readonly late: readonly Step[];
}

/** Starts the container's unit: a scope around the plan's process, which must be there, or a slice, which it then enters. */
export function unitSteps({ spec, id, systemd, settings, warn }: UnitInput): UnitSteps {
  const unit = unitOfSpec(spec, id, systemd);
  const resources = knownProperties({ settings, systemd, warn });
  const early = resources.filter((property) => !stopsClones(property));
  const late = resources.filter(stopsClones);
  const properties = unique([
    ...ownProperties(unit, id),
    ...annotatedProperties(spec.annotations ?? {}),
    ...startProperties(settings, systemd.version),
    ...early,
  ]);
  const because = section(spec, '/linux/cgroupsPath');
  return {
    unit,
    start: startStep(because, systemd, { name: unit.name, properties }),
    late:
      late.length === 0
        ? []
        : [
            propertiesStep(section(spec, '/linux/resources/pids/limit'), systemd, {
              name: unit.name,
              properties: late,
            }),
          ],
  };
}

/** Two tasks are needed for a moment where the process is made in stages. */
function stopsClones({ name, value }: Property): boolean {
  return name === 'TasksMax' && (value as bigint) < 2n;
}

/**
 * No device rules among them: where systemd has none (DevicePolicy=auto, the default) it attaches no program of its own,
 * neither now nor after a daemon-reload, and that of the runtime decides alone.
 */
function ownProperties({ kind, slice }: Unit, id: string): Property[] {
  const placed: Property[] =
    kind === 'slice'
      ? [{ name: 'Wants', signature: 'as', value: [slice] }]
      : [text('Slice', slice), truth('Delegate', true), { name: 'PIDs', signature: 'au', value: [PID] }];
  return [
    text('Description', `runts container ${id}`),
    ...placed,
    truth('DefaultDependencies', false),
    ...['CPUAccounting', 'MemoryAccounting', 'IOAccounting', 'TasksAccounting'].map((name) =>
      truth(name, true),
    ),
  ];
}

function text(name: string, value: string): Property {
  return { name, signature: 's', value };
}

function truth(name: string, value: boolean): Property {
  return { name, signature: 'b', value };
}

/** The last of each name. */
function unique(properties: readonly Property[]): Property[] {
  return [...new Map(properties.map((property) => [property.name, property])).values()];
}

/** What a systemd is too old for is set in the cgroup's file alone. */
function knownProperties({
  settings,
  systemd: { version },
  warn,
}: Pick<UnitInput, 'settings' | 'systemd' | 'warn'>): readonly Property[] {
  const { properties, unknown } = resourceProperties(settings, version);
  for (const { name, file } of unknown) {
    warn(
      `systemd ${version} does not know the property ${name}: ${file} is set in the cgroup alone, and systemd may undo it`,
    );
  }
  return properties;
}

/** A unit by its name, and what is set of it. */
interface Described {
  readonly name: string;
  readonly properties: readonly Property[];
}

/** A unit of that name which has failed before would be in the way. */
function startStep(because: string, { socket }: SystemdFacts, { name, properties }: Described): Step {
  return onHost(because, {
    kind: 'systemd-call',
    socket,
    calls: [
      call(calls.resetFailedUnit(name), { tolerate: GONE }),
      call(calls.startTransientUnit(name, properties), { job: true }),
    ],
    undo: [
      { message: calls.stopUnit(name).bytes, job: true },
      { message: calls.resetFailedUnit(name).bytes, job: false },
    ],
    diagnose: calls.getResult(name).bytes,
    timeoutMs: TIMEOUT_MS,
  });
}

function call({ bytes, pidAt }: EncodedCall, more: Partial<Pick<CallOf, 'job' | 'tolerate'>> = {}): CallOf {
  return { message: bytes, pidAt, job: more.job ?? false, tolerate: more.tolerate ?? [] };
}

export interface UnitUpdate extends Pick<UnitInput, 'systemd' | 'settings' | 'warn'> {
  readonly name: string;
}

/** Changes limits of a unit that is there. */
export function updateUnitSteps({ name, systemd, settings, warn }: UnitUpdate): Step[] {
  const properties = knownProperties({ settings, systemd, warn });
  return properties.length === 0 ? [] : [propertiesStep('', systemd, { name, properties })];
}

function propertiesStep(because: string, systemd: SystemdFacts, { name, properties }: Described): Step {
  return callStep(because, systemd, [call(calls.setUnitProperties(name, properties))]);
}

/** Stops a unit in which nothing runs any more, and forgets that it has failed, if it has. */
export function stopUnitSteps(unit: string, systemd: SystemdFacts): Step[] {
  return [
    callStep('', systemd, [
      call(calls.stopUnit(unit), { job: true, tolerate: GONE }),
      call(calls.resetFailedUnit(unit), { tolerate: GONE }),
    ]),
  ];
}

/** Has systemd move the plan's process into the unit's cgroup, or one below. */
export function enterUnitStep(unit: string, systemd: SystemdFacts, subCgroup: string): Step {
  return callStep('', systemd, [call(calls.attachProcesses(unit, subCgroup, [PID]))]);
}

function callStep(because: string, { socket }: SystemdFacts, list: readonly CallOf[]): Step {
  return onHost(because, {
    kind: 'systemd-call',
    socket,
    calls: list,
    undo: [],
    diagnose: new Uint8Array(),
    timeoutMs: TIMEOUT_MS,
  });
}
