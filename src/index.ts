/// <reference types="node" preserve="true" />
/**
 * The public API of runts: containers as objects,
 *
 *     const runtime = await Runtime.open();
 *     const { code } = await runtime.run('demo', { bundle: '/bundles/demo', stdio: 'inherit' });
 *
 * and below that the functions that these and the command are made of. They take their machine as an argument:
 * {@link nodeHost} is the one of Node.
 */
export { Runtime } from './library/runtime.ts';
export type { RuntimeOptions } from './library/runtime.ts';
export { Images } from './library/images.ts';
export type { ImagesOptions, LoadOptions } from './library/images.ts';
export type { Image, ImageOptions } from './library/image.ts';
export type { Rootfs } from './library/rootfs.ts';
export type { SpecOptions } from './image/bundle/config.ts';
export type { ProcessChoice } from './image/bundle/process.ts';
export type { BundleOptions } from './image/bundle/write.ts';
export type { LayerBudget } from './image/layer/budget.ts';
export type { Progress, ReportProgress } from './image/progress.ts';
export type { ListedImage } from './image/store/list.ts';
export type { Pruned } from './image/store/prune.ts';
export type { Removed } from './image/store/remove.ts';
export type { Swept } from './image/store/sweep.ts';
export type { Digest, ImageConfig, ImageHistory, ImageProcess, Platform } from './image/types.ts';
export type { Abortable } from './library/abort.ts';
export type { Container, DeleteOptions, WaitOptions } from './library/container.ts';
export type { Verdict } from './library/check.ts';
export type { ExecOptions } from './library/exec-options.ts';
export type { Execution } from './library/execution.ts';
export type {
  ContainerEvent,
  ExitEvent,
  FreezeEvent,
  OomEvent,
  PressureEvent,
  StatsEvent,
} from './library/event.ts';
export type { ContainerEvents, EventOptions } from './library/events.ts';
export type { Exit, Exited, Killed, SignalName, UnknownExit } from './library/exit.ts';
export type { ContainerOptions, ContainerSource, RunOptions, SpecSource } from './library/options.ts';
export type { OutputPipes, StdioOption, StdioOptions, StreamsOf } from './library/stdio.ts';
export type { TextOptions } from './library/text.ts';

export { spec } from './spec/builder/builder.ts';
export type { SpecBuilder } from './spec/builder/builder.ts';
export type { Capability, CapabilityChanges } from './spec/builder/capabilities.ts';
export type { DeviceAccess, DeviceOptions, KnownDevice } from './spec/builder/devices.ts';
export type { BindMount, BindOption, FileSystemMount, TmpfsOptions } from './spec/builder/mounts.ts';
export type { NamespaceChoice, NamespaceChoiceOf, UsernsOptions } from './spec/builder/namespaces.ts';
export type { Patch } from './spec/builder/patch.ts';
export type { Environment, RlimitValue, UserOptions } from './spec/builder/process.ts';
export type { CpusetOptions, MemoryOptions, UnifiedFiles } from './spec/builder/resources.ts';
export { defaultSeccomp } from './spec/builder/seccomp.ts';
export type { Annotations, RootOptions, Sysctl } from './spec/builder/sections.ts';
export type { DefaultSpecOptions } from './spec/default.ts';
export type { Size } from './spec/size.ts';

export { RuntsError } from './errors.ts';
export type { ErrorCode, ErrorDetails } from './errors.ts';
export { HostError } from './host/host.ts';
export type * from './host/host.ts';
export { nodeHost } from './host/node.ts';
export type { NodeHostOptions } from './host/node.ts';
export { VERSION } from './version.ts';

export { checkProcess, checkResources, checkSpec } from './spec/check.ts';
export type { Checked } from './spec/document.ts';
export { readProcess, readResources, readSpec } from './spec/read.ts';
export type { ProcessResult, ResourcesResult, SpecResult } from './spec/read.ts';
export { defaultSpec, SPEC_VERSION } from './spec/default.ts';
export type { Problem } from './spec/problems.ts';
export type * from './spec/types.ts';

export { compileCreate } from './plan/create.ts';
export type { Compiled, CompiledCreate } from './plan/create.ts';
export type * from './plan/facts.ts';
export type { RdtChange } from './plan/intel-rdt.ts';
export type { CapabilityName } from './plan/numbers.ts';
export { planToJson, showPlan } from './plan/show.ts';
export type { Plan, Step, StepKind, StepOf } from './plan/steps.ts';
export type { StepSide } from './plan/wire.ts';

export type { IoTotals, LastStats } from './cgroup/last-stats.ts';
export type { PressureResource, PressureThreshold, Psi, PsiLine } from './cgroup/pressure.ts';
export type {
  BlkioEntry,
  BlkioStats,
  CpuUsage,
  HugetlbStats,
  MemoryEntry,
  MemoryStats,
  Stats,
  Throttling,
} from './cgroup/stats.ts';

export type { BundleRequest } from './container/bundle.ts';
export type { Context } from './container/context.ts';
export { create } from './container/create.ts';
export type { Descriptors } from './container/descriptors.ts';
export { deleteContainer } from './container/delete.ts';
export { events, statsOnce } from './container/events.ts';
export type { RuncEvent, RuncStats } from './container/events.ts';
export { exec } from './container/exec.ts';
export type { ExecRequest } from './container/exec.ts';
export type { ProcessFlags } from './container/exec-process.ts';
export type { MemoryLimit } from './container/observation.ts';
export { planFacts } from './container/facts.ts';
export type { CgroupManager } from './container/facts.ts';
export { features } from './container/features.ts';
export type { Features, LinuxFeatures, SeccompFeatures } from './container/features.ts';
export { changeMounts } from './container/hot-mounts.ts';
export type { MountsRequest } from './container/hot-mounts.ts';
export { kill } from './container/kill.ts';
export type { KillRequest } from './container/kill.ts';
export type { CreateRequest } from './container/launch.ts';
export { list } from './container/list.ts';
export { pause, resume } from './container/pause.ts';
export { plan } from './container/plan.ts';
export { processes } from './container/ps.ts';
export { run } from './container/run.ts';
export type { RunRequest } from './container/run.ts';
export { start } from './container/start.ts';
export { state } from './container/state.ts';
export type { ContainerState } from './container/state.ts';
export type { ContainerStatus } from './container/status.ts';
export type { Stdio } from './container/terminal.ts';
export { update } from './container/update.ts';

export { doctor } from './doctor/doctor.ts';
export type { Diagnosis } from './doctor/doctor.ts';
export type { Finding, FindingArea, FindingStatus, TriedCall } from './doctor/finding.ts';
export { showDiagnosis } from './doctor/show.ts';
