import { expect, test } from 'vitest';
import { parseCgroupEvents, parseCount, parseMemoryEvents } from '../../src/cgroup/events.ts';
import { readStats } from '../../src/cgroup/stats.ts';
import { HostError, type HostFiles } from '../../src/host/host.ts';
import { formatJson } from '../../src/spec/json-format.ts';

/** Only the calls that statistics may make; the texts were recorded from a kernel. */
function cgroup(texts: Readonly<Record<string, string>>): HostFiles {
  const files: Pick<HostFiles, 'readText' | 'list'> = {
    readText: (path) => {
      const text = texts[path.replace('/cg/', '')];
      if (text === undefined) throw new HostError('ENOENT', 'open', `open ${path}`);
      return text;
    },
    list: () => Object.keys(texts),
  };
  return files as HostFiles;
}

const PSI =
  'some avg10=1.15 avg60=0.63 avg300=0.46 total=16292792\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n';

const RECORDED = {
  'cpu.stat':
    'usage_usec 121823192\nuser_usec 80687964\nsystem_usec 41135227\nnice_usec 0\nnr_periods 7\nnr_throttled 2\nthrottled_usec 1500\nnr_bursts 0\nburst_usec 0\n',
  'cpu.pressure': PSI,
  'memory.current': '1048576\n',
  'memory.max': '67108864\n',
  'memory.peak': '2097152\n',
  'memory.swap.current': '4096\n',
  'memory.swap.max': 'max\n',
  'memory.stat': 'anon 303104\nfile 409600\nkernel 131072\n',
  'memory.pressure': PSI,
  'pids.current': '3\n',
  'pids.max': 'max\n',
  'io.stat': '8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n253:0 \n',
  'hugetlb.2MB.current': '0\n',
  'hugetlb.2MB.rsvd.current': '2097152\n',
  'hugetlb.2MB.events': 'max 4\n',
  'hugetlb.1GB.current': '0\n',
  'hugetlb.1GB.events': 'max 0\n',
};

test('statistics have the keys and the order that runc prints', () => {
  const psi =
    '{"some":{"avg10":1.15,"avg60":0.63,"avg300":0.46,"total":16292792},"full":{"avg10":0,"avg60":0,"avg300":0,"total":0}}';
  expect(formatJson(readStats(cgroup(RECORDED), '/cg'))).toBe(
    [
      '{"cpu":{"usage":{"total":121823192000,"kernel":41135227000,"user":80687964000}',
      '"throttling":{"periods":7,"throttledPeriods":2,"throttledTime":1500000}',
      `"psi":${psi}}`,
      '"cpuset":{"cpu_exclusive":0,"mem_hardwall":0,"mem_exclusive":0,"memory_migrate":0,"memory_spread_page":0,"memory_spread_slab":0,"memory_pressure":0,"sched_load_balance":0,"sched_relax_domain_level":0}',
      '"memory":{"cache":409600,"usage":{"limit":67108864,"usage":1048576,"max":2097152,"failcnt":0}',
      '"swap":{"limit":18446744073709551615,"usage":1052672,"failcnt":0}',
      '"raw":{"anon":303104,"file":409600,"kernel":131072}',
      `"psi":${psi}}`,
      '"pids":{"current":3}',
      '"blkio":{"ioServiceBytesRecursive":[{"major":8,"op":"Read","value":4096},{"major":8,"op":"Write","value":8192}]',
      '"ioServicedRecursive":[{"major":8,"op":"Read","value":1},{"major":8,"op":"Write","value":2}]}',
      '"hugetlb":{"1GB":{"failcnt":0},"2MB":{"usage":2097152,"failcnt":4}}',
      '"intel_rdt":{}',
      '"network_interfaces":null}',
    ].join(','),
  );
});

test('a cgroup without controllers has the time and the number of its processes', () => {
  const stats = readStats(cgroup({ 'cpu.stat': 'usage_usec 5\n', 'cgroup.procs': '12\n34\n' }), '/cg');
  expect(stats).toMatchObject({
    cpu: { usage: { total: 5000, kernel: 0, user: 0 } },
    memory: {},
    pids: { current: 2 },
    blkio: {},
    hugetlb: {},
  });
  expect(stats.memory).toEqual({});
});

test('swap without a limit of its own is the sum', () => {
  const texts = {
    'memory.current': '100',
    'memory.max': '1000',
    'memory.swap.current': '10',
    'memory.swap.max': '50',
  };
  expect(readStats(cgroup(texts), '/cg').memory.swap).toEqual({ limit: 1050, usage: 110, failcnt: 0 });
});

test('other errors are not hidden', () => {
  const files = {
    ...cgroup(RECORDED),
    readText: () => {
      throw new HostError('EACCES', 'open', 'open');
    },
  } as HostFiles;
  expect(() => readStats(files, '/cg')).toThrow(HostError);
});

test.each([
  ['0', 0],
  ['9007199254740991', 9007199254740991],
  ['9007199254740992', 9007199254740992n],
  ['max', 18446744073709551615n],
  ['-5', 0],
  ['x', undefined],
  ['', undefined],
])('a count %j is %s', (text, value) => {
  expect(parseCount(text)).toBe(value);
});

test('events of memory and of the cgroup', () => {
  const memory = 'low 0\nhigh 0\nmax 27\noom 2\noom_kill 1\noom_group_kill 0\n';
  expect(parseMemoryEvents(memory)).toEqual({ oom: 2, oomKill: 1 });
  expect(parseMemoryEvents('')).toEqual({ oom: 0, oomKill: 0 });
  expect(parseCgroupEvents('populated 1\nfrozen 0\n')).toEqual({ populated: true, frozen: false });
  expect(parseCgroupEvents('populated 0\nfrozen 1\n')).toEqual({ populated: false, frozen: true });
});
