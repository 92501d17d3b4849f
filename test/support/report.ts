/** What `inspect --json` prints (bundles/inspect/report-json.cpp). */
export interface Report {
  pid: number;
  ppid: number;
  sid: number;
  uid: number;
  gid: number;
  groups: number[];
  umask: string;
  cwd: string;
  exe: string | null;
  args: string[];
  env: string[];
  rlimits: Record<string, { soft: string; hard: string }>;
  scheduler: {
    policy: string;
    nice: number;
    priority: number;
    flags: number;
    runtime: number;
    deadline: number;
    period: number;
  } | null;
  ioPriority: { class: string | null; priority: number };
  cpus: string | null;
  memoryPolicy: { mode: string | null; flags: string[]; nodes: string[] };
  personality: string | null;
  oomScoreAdj: string | null;
  terminal: { name: string; rows: number; columns: number; controlling: boolean } | null;
  ignoredSignals: string[];
  blockedSignals: string[];
  processes: { pid: number; command: string }[];
  capabilities: Record<'bounding' | 'effective' | 'permitted' | 'inheritable' | 'ambient', string[]>;
  noNewPrivileges: boolean;
  seccomp: { mode: number; filters: number };
  lsmLabel: string | null;
  keyring: string | null;
  dumpable: boolean;
  namespaces: Record<string, { id: string; is: string }>;
  uidMap: IdRange[];
  gidMap: IdRange[];
  setgroups: string | null;
  hostname: string;
  domainname: string;
  timeOffsets: Record<string, { secs: string; nanosecs: string }>;
  interfaces: { name: string; up: boolean; address: string | null }[];
  mounts: ReportedMount[];
  devices: ReportedDevice[];
  files: { fd: number; target: string; closeOnExec: boolean }[];
  cgroup: { path: string | null; mount: string | null; values: Record<string, string> };
}

export interface IdRange {
  inside: number;
  outside: number;
  size: number;
}

export interface ReportedMount {
  id: number;
  parent: number;
  device: string;
  root: string;
  target: string;
  type: string;
  source: string;
  propagation: string;
  options: string[];
  superOptions: string[];
}

export interface ReportedDevice {
  path: string;
  type: string;
  target: string | null;
  major: number;
  minor: number;
  mode: string;
  uid: number;
  gid: number;
}

/** What a probe of inspect printed: its value (null where it has none), or the name of the error. */
export interface Probed {
  probe: string;
  error?: string;
  value?: unknown;
}

export interface Stat {
  type: string;
  mode: string;
  uid: number;
  gid: number;
  size: number;
  nlink: number;
  inode: number;
  major: number;
  minor: number;
  target: string | null;
}

/** The topmost mount at a target. */
export const mountAt = (report: Report, target: string): ReportedMount | undefined =>
  report.mounts.findLast((mount) => mount.target === target);

export const deviceAt = (report: Report, path: string): ReportedDevice | undefined =>
  report.devices.find((device) => device.path === path);
