/** The builder of specs: each method gives a new one, so that a half-made spec may be shared. */
import { checkSpec } from '../check.ts';
import type { DefaultSpecOptions } from '../default.ts';
import { formatJson } from '../json-format.ts';
import { accept } from '../document.ts';
import type { Size } from '../size.ts';
import type { ConsoleSize, Hook, HookPhase, NamespaceType, RlimitType, Seccomp, Spec } from '../types.ts';
import { baseSpec } from './base.ts';
import { changeCapabilities } from './capabilities.ts';
import type { CapabilityChanges } from './capabilities.ts';
import { addDevice } from './devices.ts';
import type { DeviceOptions, KnownDevice } from './devices.ts';
import { frozen } from './frozen.ts';
import { given } from './given.ts';
import { addMount, addTmpfs, removeMount } from './mounts.ts';
import type { BindMount, FileSystemMount, TmpfsOptions } from './mounts.ts';
import { setNamespace, setUserns } from './namespaces.ts';
import type { NamespaceChoiceOf, UsernsOptions } from './namespaces.ts';
import { withLinux, withProcess } from './parts.ts';
import { patched } from './patch.ts';
import type { Patch } from './patch.ts';
import { setEnvironment, setRlimit, setTerminal, setUser } from './process.ts';
import type { Environment, RlimitValue, UserOptions } from './process.ts';
import { setCgroup, setCpus, setCpuset, setCpuShares, setMemory, setPids, setUnified } from './resources.ts';
import type { CpusetOptions, MemoryOptions, UnifiedFiles } from './resources.ts';
import { defaultSeccomp } from './seccomp.ts';
import { addAnnotations, addHook, setRoot, setSeccomp, setSysctl } from './sections.ts';
import type { Annotations, RootOptions, Sysctl } from './sections.ts';

/** A spec on its way; `filtered` where it is to have the default seccomp profile for the capabilities that it ends with. */
interface Draft {
  readonly spec: Spec;
  readonly filtered: boolean;
}

/**
 * A spec on its way. Every method gives a new builder and leaves its own as it is.
 *
 * A method throws a {@link RuntsError} `INVALID_ARGUMENT` at once for a value that config.json cannot hold; what does not fit together
 * is found by {@link SpecBuilder.build}.
 */
export class SpecBuilder {
  readonly #draft: Draft;
  #built: Spec | undefined;

  /** Made by `spec.base()` and `spec.from()`. */
  private constructor(draft: Draft) {
    this.#draft = draft;
  }

  /** What `spec.base()` gives. */
  static base(options: DefaultSpecOptions = {}): SpecBuilder {
    return new SpecBuilder({ spec: baseSpec(options), filtered: true });
  }

  /** What `spec.from()` gives. */
  static from(existing: Spec): SpecBuilder {
    return new SpecBuilder({ spec: accept(checkSpec(existing), 'spec').value, filtered: false });
  }

  #with(spec: Spec): SpecBuilder {
    return new SpecBuilder({ ...this.#draft, spec });
  }

  /** The program, looked for in PATH where it has no slash, and its arguments. */
  args(program: string, ...rest: string[]): SpecBuilder {
    return this.#with(
      withProcess(this.#draft.spec, { args: given('args', ['process', 'args'], [program, ...rest]) }),
    );
  }

  /** Sets variables of the environment; undefined takes one away. */
  env(variables: Environment): SpecBuilder {
    return this.#with(setEnvironment(this.#draft.spec, variables));
  }

  /** The working directory: an absolute path in the container. */
  cwd(path: string): SpecBuilder {
    return this.#with(withProcess(this.#draft.spec, { cwd: given('cwd', ['process', 'cwd'], path) }));
  }

  /** Whose ids the program has. `user(1000)` is uid and gid 1000. */
  user(user: number | UserOptions): SpecBuilder {
    return this.#with(setUser(this.#draft.spec, user));
  }

  /** A terminal for the program, of this size if one is given; TERM becomes `xterm` where it is not set. */
  terminal(size?: ConsoleSize): SpecBuilder {
    return this.#with(setTerminal(this.#draft.spec, size));
  }

  /** Changes the capabilities, `drop` before `add`. */
  capabilities(changes: CapabilityChanges): SpecBuilder {
    return this.#with(changeCapabilities(this.#draft.spec, changes));
  }

  /** False lets set-user-id programs and file capabilities raise privileges. */
  noNewPrivileges(on: boolean): SpecBuilder {
    const noNewPrivileges = given('noNewPrivileges', ['process', 'noNewPrivileges'], on);
    return this.#with(withProcess(this.#draft.spec, { noNewPrivileges }));
  }

  /** A limit of getrlimit(2), in its unit; the hard limit is as the soft one unless it is given. */
  rlimit(type: RlimitType, soft: RlimitValue, hard: RlimitValue = soft): SpecBuilder {
    return this.#with(setRlimit(this.#draft.spec, type, soft, hard));
  }

  /** -1000 (never chosen when memory runs out) to 1000 (first). */
  oomScoreAdj(score: number): SpecBuilder {
    const oomScoreAdj = given('oomScoreAdj', ['process', 'oomScoreAdj'], score);
    return this.#with(withProcess(this.#draft.spec, { oomScoreAdj }));
  }

  /** 64 bytes at most. */
  hostname(name: string): SpecBuilder {
    return this.#with({ ...this.#draft.spec, hostname: given('hostname', ['hostname'], name) });
  }

  /** The NIS domain name: 64 bytes at most. */
  domainname(name: string): SpecBuilder {
    return this.#with({ ...this.#draft.spec, domainname: given('domainname', ['domainname'], name) });
  }

  /** The root file system: absolute, or relative to the bundle. Without `readonly` that stays as it is. */
  rootfs(path: string, options: RootOptions = {}): SpecBuilder {
    return this.#with(setRoot(this.#draft.spec, path, options));
  }

  /** Mounts a directory or file of the host, or a new file system; what was mounted at the same place is replaced. */
  mount(mount: BindMount | FileSystemMount): SpecBuilder {
    return this.#with(addMount(this.#draft.spec, mount));
  }

  /** Mounts an empty file system in memory; what was mounted at the same place is replaced. */
  tmpfs(to: string, options: TmpfsOptions = {}): SpecBuilder {
    return this.#with(addTmpfs(this.#draft.spec, to, options));
  }

  /** Takes away what is mounted at a place of the container. */
  unmount(at: string): SpecBuilder {
    return this.#with(removeMount(this.#draft.spec, at));
  }

  /** A device node, and the permission to use it. */
  device(device: KnownDevice | DeviceOptions): SpecBuilder {
    return this.#with(addDevice(this.#draft.spec, device));
  }

  /** The most memory: bytes, or a text such as `'64MiB'`. */
  memory(limit: Size | 'unlimited', options: MemoryOptions = {}): SpecBuilder {
    return this.#with(setMemory(this.#draft.spec, limit, options));
  }

  /** The most processor time, in processors: 1.5 is three halves of one. */
  cpus(cpus: number | 'unlimited'): SpecBuilder {
    return this.#with(setCpus(this.#draft.spec, cpus));
  }

  /** The share where processors are short, 2 to 262144; containers that set none have 1024. */
  cpuShares(shares: number): SpecBuilder {
    return this.#with(setCpuShares(this.#draft.spec, shares));
  }

  /** Which processors, such as `0-3,7`. */
  cpuset(cpus: string, options: CpusetOptions = {}): SpecBuilder {
    return this.#with(setCpuset(this.#draft.spec, cpus, options));
  }

  /** The most processes and threads. */
  pids(limit: number | 'unlimited'): SpecBuilder {
    return this.#with(setPids(this.#draft.spec, limit));
  }

  /** Files of the container's cgroup by name, such as `{ 'memory.high': '50000000' }`; undefined takes one away. */
  unified(files: UnifiedFiles): SpecBuilder {
    return this.#with(setUnified(this.#draft.spec, files));
  }

  /** Where the cgroup is: a path, or `slice:prefix:name` for systemd. */
  cgroup(path: string): SpecBuilder {
    return this.#with(setCgroup(this.#draft.spec, path));
  }

  /** A namespace of the container: new, the host's, or one that is joined. */
  namespace<T extends NamespaceType>(type: T, choice: NamespaceChoiceOf<T>): SpecBuilder {
    return this.#with(setNamespace(this.#draft.spec, type, choice));
  }

  /** A user namespace of the container's own, in which its ids from 0 are those of the host from `uid` and `gid`. */
  userns(options: UsernsOptions): SpecBuilder {
    return this.#with(setUserns(this.#draft.spec, options));
  }

  /** Kernel parameters of the container's namespaces; undefined takes one away. */
  sysctl(parameters: Sysctl): SpecBuilder {
    return this.#with(setSysctl(this.#draft.spec, parameters));
  }

  /** A profile, `'default'` (that of `spec.base()`), or `'unconfined'` for none. */
  seccomp(profile: Seccomp | 'default' | 'unconfined'): SpecBuilder {
    const spec = setSeccomp(this.#draft.spec, profile);
    return new SpecBuilder({ spec, filtered: profile === 'default' });
  }

  /** Annotations, some of which act (docs/annotations.md); undefined takes one away. */
  annotations(annotations: Annotations): SpecBuilder {
    return this.#with(addAnnotations(this.#draft.spec, annotations));
  }

  /** A program to run at a phase of the container's life, after those that are there. */
  hook(phase: HookPhase, hook: Hook): SpecBuilder {
    return this.#with(addHook(this.#draft.spec, phase, hook));
  }

  /**
   * Anything else of config.json: an object whose objects are changed property by property (arrays whole, undefined takes away), or a
   * function of the spec as it is. Only {@link SpecBuilder.build} looks at the result.
   */
  patch(change: Patch<Spec> | ((spec: Spec) => Spec)): SpecBuilder {
    return this.#with(patched(this.#draft.spec, change));
  }

  /**
   * The spec, checked and frozen: plain data, the same object at every call.
   * @throws {RuntsError} INVALID_CONFIG with every problem, each with its JSON pointer
   */
  build(): Spec {
    this.#built ??= frozen(this.#filtered(accept(checkSpec(this.#draft.spec), 'spec').value));
    return this.#built;
  }

  /** The default profile comes last, for it is known to be right. */
  #filtered(spec: Spec): Spec {
    if (!this.#draft.filtered || spec.linux?.seccomp !== undefined) return spec;
    return withLinux(spec, { seccomp: defaultSeccomp(spec.process.capabilities?.bounding) });
  }

  /** The text of a config.json, also where it holds integers that JSON.stringify refuses. */
  json(indent = '  '): string {
    return formatJson(this.build(), indent);
  }

  /** For JSON.stringify, which refuses limits beyond 2^53; {@link SpecBuilder.json} does not. */
  toJSON(): Spec {
    return this.build();
  }
}

/** Where specs begin. */
export const spec = {
  /**
   * A hardened container without a program: its own namespaces, a read-only root, three capabilities, no new privileges, the default
   * seccomp profile, the host's files in /proc and /sys masked. `rootless` is for a runtime without root.
   */
  base: (options: DefaultSpecOptions = {}): SpecBuilder => SpecBuilder.base(options),

  /**
   * One that is there, checked.
   * @throws {RuntsError} INVALID_CONFIG as {@link SpecBuilder.build}
   */
  from: (existing: Spec): SpecBuilder => SpecBuilder.from(existing),
} as const;
