import { describe, expect, it } from 'vitest';
import { observations } from '../../src/container/observation.ts';
import type { Observation, ObservationOptions } from '../../src/container/observation.ts';
import type { ObserverNotice } from '../../src/host/host.ts';
import { memoryHost } from '../support/memory-host.ts';

const CGROUP = '/sys/fs/cgroup/runts/c1';
const PRESSURE =
  'some avg10=1.50 avg60=0.00 avg300=0.00 total=7317\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n';

/** What notices mean, one after the other. */
function meaning(notices: readonly ObserverNotice[], options: ObservationOptions = {}): Observation[] {
  const { files, tree, directories } = memoryHost();
  directories.add(CGROUP);
  tree.set(`${CGROUP}/memory.max`, '25165824\n').set(`${CGROUP}/memory.peak`, '25165824\n');
  return notices.flatMap(observations(files, CGROUP, options).of);
}

const notice = (
  of: ObserverNotice['of'],
  name: string,
  ...texts: (string | undefined)[]
): ObserverNotice => ({
  of,
  name,
  texts,
  dropped: 0,
});

const kills = (count: number): ObserverNotice =>
  notice('file', 'memory.events', `oom 9\noom_kill ${count}\n`);

const frozen = (value: 0 | 1): ObserverNotice =>
  notice('file', 'cgroup.events', `populated 1\nfrozen ${value}\n`);

describe('what is watched', () => {
  it('of a container without a cgroup is its end', () => {
    const { wanted, of } = observations(memoryHost().files, undefined, {});
    expect(wanted).toEqual({});
    expect(of(notice('process', ''))).toEqual([{ type: 'end' }]);
  });

  it('is in the terms of the kernel', () => {
    const { files, tree, directories } = memoryHost();
    directories.add(CGROUP);
    for (const name of ['cpu.stat', 'cpu.max', 'hugetlb.2MB.current', 'hugetlb.2MB.max'])
      tree.set(`${CGROUP}/${name}`, '');
    const pressure = {
      memory: { stallMs: 150 },
      io: { kind: 'full', stallMs: 0.5, windowMs: 1000 },
    } as const;
    expect(observations(files, CGROUP, { interval: 200, pressure }).wanted).toEqual({
      cgroup: CGROUP,
      files: ['memory.events oom_kill', 'cgroup.events populated frozen'],
      pressures: ['memory.pressure some 150000 2000000', 'io.pressure full 500 1000000'],
      interval: 200,
      atInterval: ['cpu.stat', 'hugetlb.2MB.current'],
      atEnd: ['cpu.stat', 'memory.events', 'memory.peak', 'pids.peak', 'io.stat', 'memory.max'],
    });
  });
});

describe('what notices mean', () => {
  const memory = { max: 25165824, peak: 25165824 };

  it('kills are counted from the beginning, those of several changes together', () => {
    expect(meaning([kills(3), kills(3), kills(4), kills(7)])).toEqual([
      { type: 'oom', kills: 1, memory },
      { type: 'oom', kills: 3, memory },
    ]);
  });

  it('a pause is one that was not there at the beginning', () => {
    expect(meaning([frozen(1), frozen(0), frozen(0), frozen(1)])).toEqual([
      { type: 'resume' },
      { type: 'pause' },
    ]);
  });

  it('pressure has the averages of the kernel', () => {
    expect(meaning([notice('pressure', 'memory.pressure', PRESSURE)])).toMatchObject([
      { type: 'pressure', resource: 'memory', some: { avg10: 1.5, total: 7317 }, full: { avg10: 0 } },
    ]);
  });

  it('the end has what was used, and tells of the kill that it was', () => {
    const texts = [
      'usage_usec 12\nuser_usec 7\nsystem_usec 5\n',
      'oom 1\noom_kill 1\n',
      '4096\n',
      '3\n',
      '8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n8:16 rbytes=10 wbytes=20 rios=30 wios=40\n',
      'max\n',
    ];
    expect(meaning([kills(0), notice('process', '', ...texts)])).toEqual([
      { type: 'oom', kills: 1, memory: { peak: 4096 } },
      {
        type: 'end',
        stats: {
          cpu: { totalUs: 12, userUs: 7, systemUs: 5 },
          memory: { peak: 4096, oomKills: 1 },
          pids: { peak: 3 },
          io: { readBytes: 11, writtenBytes: 22, reads: 33, writes: 44 },
        },
      },
    ]);
  });

  it('the end has nothing where the cgroup was gone by then', () => {
    expect(meaning([kills(0), notice('process', '')])).toEqual([{ type: 'end' }]);
  });
});
