// Made by scripts/generate-steps.mjs from steps.ts: do not edit.
import type { StepKind, StepOf } from './steps.ts';

type Writers = { readonly [K in StepKind]: (out: unknown[], step: StepOf<K>) => number };

/** The number of the items, and they: as many fields and one. */
function itemsOf(list: readonly string[] | readonly number[] | Uint8Array): string | number {
  return list.length === 0 ? 0 : `${list.length}\0${list.join('\0')}`;
}

/** Each appends a step of its kind, and gives the number of its fields (wire.ts). */
export const WRITERS: Writers = {
  'cgroup-create': (out, step) => {
    const count = 5 + step.controllers.length + step.wanted.length;
    out.push('0', step.on, count, step.root, step.path, itemsOf(step.controllers), itemsOf(step.wanted), step.fresh);
    return count;
  },
  'cgroup-open': (out, step) => {
    const count = 4;
    out.push('1', step.on, count, step.root, step.path, step.inode, step.orOfPid);
    return count;
  },
  'cgroup-write': (out, step) => {
    const count = 5;
    out.push('2', step.on, count, step.file, step.value, step.otherwiseFile, step.otherwiseValue, step.ifMissing);
    return count;
  },
  'cgroup-devices': (out, step) => {
    let count = 1;
    const at = out.push('3', step.on, 0) - 1;
    out.push(step.rules.length);
    for (const rulesItem of step.rules) {
      count += 5;
      out.push(rulesItem.allow, rulesItem.type, rulesItem.major, rulesItem.minor, rulesItem.access.join());
    }
    out[at] = count;
    return count;
  },
  'cgroup-chown': (out, step) => {
    const count = 2;
    out.push('4', step.on, count, step.uid, step.gid);
    return count;
  },
  'cgroup-freeze': (out, step) => {
    const count = 1;
    out.push('5', step.on, count, step.frozen);
    return count;
  },
  'cgroup-kill': (out, step) => {
    const count = 0;
    out.push('6', step.on, count);
    return count;
  },
  'cgroup-remove': (out, step) => {
    const count = 5;
    out.push('7', step.on, count, step.root, step.path, step.until, step.timeoutMs, step.inode);
    return count;
  },
  'resctrl-make': (out, step) => {
    const count = 2;
    out.push('8', step.on, count, step.root, step.path);
    return count;
  },
  'resctrl-schemata': (out, step) => {
    const count = 3 + step.lines.length;
    out.push('9', step.on, count, step.root, step.path, itemsOf(step.lines));
    return count;
  },
  'resctrl-join': (out, step) => {
    const count = 2;
    out.push('10', step.on, count, step.root, step.path);
    return count;
  },
  'resctrl-remove': (out, step) => {
    const count = 2;
    out.push('11', step.on, count, step.root, step.path);
    return count;
  },
  'cgroup-vacant': (out, step) => {
    const count = 2;
    out.push('12', step.on, count, step.root, step.path);
    return count;
  },
  'cgroup-adopt': (out, step) => {
    const count = 3 + step.controllers.length;
    out.push('13', step.on, count, step.root, step.path, itemsOf(step.controllers));
    return count;
  },
  'systemd-call': (out, step) => {
    let count = 5 + step.diagnose.length;
    const at = out.push('14', step.on, 0) - 1;
    out.push(step.socket, step.calls.length);
    for (const callsItem of step.calls) {
      count += 4 + callsItem.message.length + callsItem.tolerate.length;
      out.push(itemsOf(callsItem.message), callsItem.pidAt, callsItem.job, itemsOf(callsItem.tolerate));
    }
    out.push(step.undo.length);
    for (const undoItem of step.undo) {
      count += 2 + undoItem.message.length;
      out.push(itemsOf(undoItem.message), undoItem.job);
    }
    out.push(itemsOf(step.diagnose), step.timeoutMs);
    out[at] = count;
    return count;
  },
  'seccomp-compile': (out, step) => {
    let count = 8 + step.architectures.length;
    const at = out.push('15', step.on, 0) - 1;
    out.push(step.slot, step.cache, step.section, step.defaultAction, step.defaultErrno, itemsOf(step.architectures), step.failUnknown, step.rules.length);
    for (const rulesItem of step.rules) {
      count += 4 + rulesItem.names.length;
      out.push(itemsOf(rulesItem.names), rulesItem.action, rulesItem.errno, rulesItem.args.length);
      for (const argsItem of rulesItem.args) {
        count += 4;
        out.push(argsItem.index, argsItem.value, argsItem.valueTwo, argsItem.op);
      }
    }
    out[at] = count;
    return count;
  },
  'seccomp-kept': (out, step) => {
    const count = 2;
    out.push('16', step.on, count, step.slot, step.descriptor);
    return count;
  },
  'listen': (out, step) => {
    const count = 3;
    out.push('17', step.on, count, step.directory, step.name, step.slot);
    return count;
  },
  'connect': (out, step) => {
    const count = 2;
    out.push('18', step.on, count, step.path, step.slot);
    return count;
  },
  'device-node': (out, step) => {
    const count = 7;
    out.push('19', step.on, count, step.type, step.major, step.minor, step.mode, step.uid, step.gid, step.slot);
    return count;
  },
  'open-tree': (out, step) => {
    let count = 9;
    const at = out.push('20', step.on, 0) - 1;
    out.push(step.source, step.root, step.recursive, step.noFollow, step.slot, step.uidMappings.length);
    for (const uidMappingsItem of step.uidMappings) {
      count += 3;
      out.push(uidMappingsItem.inside, uidMappingsItem.outside, uidMappingsItem.size);
    }
    out.push(step.gidMappings.length);
    for (const gidMappingsItem of step.gidMappings) {
      count += 3;
      out.push(gidMappingsItem.inside, gidMappingsItem.outside, gidMappingsItem.size);
    }
    out.push(step.userNamespace, step.idmapRecursive);
    out[at] = count;
    return count;
  },
  'attach-root': (out, step) => {
    const count = 2;
    out.push('21', step.on, count, step.path, step.directory);
    return count;
  },
  'detach-root': (out, step) => {
    const count = 2;
    out.push('22', step.on, count, step.path, step.directory);
    return count;
  },
  'file-system': (out, step) => {
    let count = 8 + step.options.length;
    const at = out.push('23', step.on, 0) - 1;
    out.push(step.type, step.source, itemsOf(step.options), step.slot, step.uidMappings.length);
    for (const uidMappingsItem of step.uidMappings) {
      count += 3;
      out.push(uidMappingsItem.inside, uidMappingsItem.outside, uidMappingsItem.size);
    }
    out.push(step.gidMappings.length);
    for (const gidMappingsItem of step.gidMappings) {
      count += 3;
      out.push(gidMappingsItem.inside, gidMappingsItem.outside, gidMappingsItem.size);
    }
    out.push(step.userNamespace, step.idmapRecursive);
    out[at] = count;
    return count;
  },
  'overlay': (out, step) => {
    let count = 8 + step.lower.length + step.options.length;
    const at = out.push('24', step.on, 0) - 1;
    out.push(itemsOf(step.lower), step.upper, step.work, itemsOf(step.options), step.slot, step.uidMappings.length);
    for (const uidMappingsItem of step.uidMappings) {
      count += 3;
      out.push(uidMappingsItem.inside, uidMappingsItem.outside, uidMappingsItem.size);
    }
    out.push(step.gidMappings.length);
    for (const gidMappingsItem of step.gidMappings) {
      count += 3;
      out.push(gidMappingsItem.inside, gidMappingsItem.outside, gidMappingsItem.size);
    }
    out.push(step.userNamespace);
    out[at] = count;
    return count;
  },
  'open-namespace': (out, step) => {
    const count = 4;
    out.push('25', step.on, count, step.type, step.path, step.slot, step.refuseOwn);
    return count;
  },
  'open-process': (out, step) => {
    const count = 3;
    out.push('26', step.on, count, step.pid, step.startTime, step.slot);
    return count;
  },
  'clone': (out, step) => {
    const count = 3;
    out.push('27', step.on, count, step.namespaces.join(), step.intoCgroup, step.cgroupOfPid);
    return count;
  },
  'id-map': (out, step) => {
    let count = 5;
    const at = out.push('28', step.on, 0) - 1;
    out.push(step.uidMappings.length);
    for (const uidMappingsItem of step.uidMappings) {
      count += 3;
      out.push(uidMappingsItem.inside, uidMappingsItem.outside, uidMappingsItem.size);
    }
    out.push(step.gidMappings.length);
    for (const gidMappingsItem of step.gidMappings) {
      count += 3;
      out.push(gidMappingsItem.inside, gidMappingsItem.outside, gidMappingsItem.size);
    }
    out.push(step.denySetgroups, step.uidTool, step.gidTool);
    out[at] = count;
    return count;
  },
  'oom-score': (out, step) => {
    const count = 1;
    out.push('29', step.on, count, step.value);
    return count;
  },
  'net-device': (out, step) => {
    const count = 2;
    out.push('30', step.on, count, step.device, step.name);
    return count;
  },
  'rlimit': (out, step) => {
    const count = 3;
    out.push('31', step.on, count, step.type, step.soft, step.hard);
    return count;
  },
  'hook': (out, step) => {
    const count = 12 + step.args.length + step.env.length;
    out.push('32', step.on, count, step.phase, step.path, itemsOf(step.args), itemsOf(step.env), step.timeout, step.stateHead, step.stateTail, step.stdoutFile, step.stderrFile, step.pid, step.addHome, step.uid);
    return count;
  },
  'created': (out, step) => {
    const count = 0;
    out.push('33', step.on, count);
    return count;
  },
  'dismiss-visitor': (out, step) => {
    const count = 0;
    out.push('34', step.on, count);
    return count;
  },
  'dismiss': (out, step) => {
    const count = 3;
    out.push('35', step.on, count, step.directory, step.name, step.timeoutMs);
    return count;
  },
  'start': (out, step) => {
    const count = 2;
    out.push('36', step.on, count, step.directory, step.name);
    return count;
  },
  'signal': (out, step) => {
    const count = 3;
    out.push('37', step.on, count, step.pid, step.startTime, step.signal);
    return count;
  },
  'join': (out, step) => {
    const count = 2;
    out.push('38', step.on, count, step.slot, step.namespaces.join());
    return count;
  },
  'unshare': (out, step) => {
    const count = 1;
    out.push('39', step.on, count, step.namespaces.join());
    return count;
  },
  'become-root': (out, step) => {
    const count = 1;
    out.push('40', step.on, count, step.keepGroups);
    return count;
  },
  'root-directory': (out, step) => {
    const count = 1;
    out.push('41', step.on, count, step.path);
    return count;
  },
  'time-offsets': (out, step) => {
    const count = 4;
    out.push('42', step.on, count, step.monotonicSeconds, step.monotonicNanoseconds, step.boottimeSeconds, step.boottimeNanoseconds);
    return count;
  },
  'fork': (out, step) => {
    const count = 1;
    out.push('43', step.on, count, step.namespaces.join());
    return count;
  },
  'session-keyring': (out, step) => {
    const count = 1;
    out.push('44', step.on, count, step.name);
    return count;
  },
  'loopback': (out, step) => {
    const count = 0;
    out.push('45', step.on, count);
    return count;
  },
  'hostname': (out, step) => {
    const count = 1;
    out.push('46', step.on, count, step.name);
    return count;
  },
  'domainname': (out, step) => {
    const count = 1;
    out.push('47', step.on, count, step.name);
    return count;
  },
  'procfs': (out, step) => {
    const count = 0;
    out.push('48', step.on, count);
    return count;
  },
  'mount-propagation': (out, step) => {
    const count = 2;
    out.push('49', step.on, count, step.propagation, step.recursive);
    return count;
  },
  'root': (out, step) => {
    const count = 6;
    out.push('50', step.on, count, step.path, step.slot, step.inPlace, step.own, step.reached, step.parent);
    return count;
  },
  'mount': (out, step) => {
    const count = 12 + step.options.length;
    out.push('51', step.on, count, step.type, step.source, step.target, itemsOf(step.options), step.attributes.join(), step.propagation, step.propagationRecursive, step.copyUp, step.inheritMode, step.keep, step.onProc, step.otherwise);
    return count;
  },
  'bind': (out, step) => {
    const count = 15;
    out.push('52', step.on, count, step.source, step.slot, step.target, step.recursive, step.set.join(), step.clear.join(), step.clearUnlessLocked.join(), step.recursiveSet.join(), step.recursiveClear.join(), step.propagation, step.propagationRecursive, step.sourceLink, step.coverLink, step.requireType, step.onProc);
    return count;
  },
  'mount-attributes': (out, step) => {
    const count = 5;
    out.push('53', step.on, count, step.target, step.slot, step.recursive, step.set.join(), step.clear.join());
    return count;
  },
  'reconfigure': (out, step) => {
    const count = 2 + step.options.length;
    out.push('54', step.on, count, step.target, itemsOf(step.options));
    return count;
  },
  'unmount': (out, step) => {
    const count = 1;
    out.push('55', step.on, count, step.path);
    return count;
  },
  'file-label': (out, step) => {
    const count = 2;
    out.push('56', step.on, count, step.target, step.label);
    return count;
  },
  'device': (out, step) => {
    const count = 9;
    out.push('57', step.on, count, step.path, step.type, step.major, step.minor, step.mode, step.uid, step.gid, step.bind, step.slot);
    return count;
  },
  'symlink': (out, step) => {
    const count = 3;
    out.push('58', step.on, count, step.path, step.target, step.replace);
    return count;
  },
  'cwd-create': (out, step) => {
    const count = 1;
    out.push('59', step.on, count, step.path);
    return count;
  },
  'mask': (out, step) => {
    const count = 2;
    out.push('60', step.on, count, step.path, step.context);
    return count;
  },
  'readonly-path': (out, step) => {
    const count = 1;
    out.push('61', step.on, count, step.path);
    return count;
  },
  'console': (out, step) => {
    const count = 5;
    out.push('62', step.on, count, step.slot, step.width, step.height, step.mount, step.path);
    return count;
  },
  'root-readonly': (out, step) => {
    const count = 0;
    out.push('63', step.on, count);
    return count;
  },
  'pivot': (out, step) => {
    const count = 1;
    out.push('64', step.on, count, step.how);
    return count;
  },
  'root-propagation': (out, step) => {
    const count = 2;
    out.push('65', step.on, count, step.propagation, step.recursive);
    return count;
  },
  'sysctl': (out, step) => {
    const count = 2;
    out.push('66', step.on, count, step.key, step.value);
    return count;
  },
  'umask': (out, step) => {
    const count = 1;
    out.push('67', step.on, count, step.mode);
    return count;
  },
  'personality': (out, step) => {
    const count = 1;
    out.push('68', step.on, count, step.domain);
    return count;
  },
  'scheduler': (out, step) => {
    const count = 7;
    out.push('69', step.on, count, step.policy, step.nice, step.priority, step.flags.join(), step.runtime, step.deadline, step.period);
    return count;
  },
  'io-priority': (out, step) => {
    const count = 2;
    out.push('70', step.on, count, step.class, step.priority);
    return count;
  },
  'cpu-affinity': (out, step) => {
    const count = 1 + step.cpus.length;
    out.push('71', step.on, count, itemsOf(step.cpus));
    return count;
  },
  'memory-policy': (out, step) => {
    const count = 3 + step.nodes.length;
    out.push('72', step.on, count, step.mode, step.flags.join(), itemsOf(step.nodes));
    return count;
  },
  'apparmor': (out, step) => {
    const count = 1;
    out.push('73', step.on, count, step.profile);
    return count;
  },
  'selinux': (out, step) => {
    const count = 1;
    out.push('74', step.on, count, step.label);
    return count;
  },
  'no-new-privileges': (out, step) => {
    const count = 0;
    out.push('75', step.on, count);
    return count;
  },
  'cwd': (out, step) => {
    const count = 1;
    out.push('76', step.on, count, step.path);
    return count;
  },
  'user': (out, step) => {
    const count = 4 + step.groups.length;
    out.push('77', step.on, count, step.uid, step.gid, itemsOf(step.groups), step.setGroups);
    return count;
  },
  'capabilities': (out, step) => {
    const count = 6;
    out.push('78', step.on, count, step.bounding.join(), step.effective.join(), step.permitted.join(), step.inheritable.join(), step.ambient.join(), step.retain.join());
    return count;
  },
  'find-executable': (out, step) => {
    const count = 2;
    out.push('79', step.on, count, step.name, step.path);
    return count;
  },
  'await-start': (out, step) => {
    const count = 1;
    out.push('80', step.on, count, step.slot);
    return count;
  },
  'close-fds': (out, step) => {
    const count = 1;
    out.push('81', step.on, count, step.keep);
    return count;
  },
  'seccomp': (out, step) => {
    const count = 4 + step.state.length;
    out.push('82', step.on, count, step.slot, step.flags.join(), step.listener, itemsOf(step.state));
    return count;
  },
  'capabilities-final': (out, step) => {
    const count = 3;
    out.push('83', step.on, count, step.effective.join(), step.permitted.join(), step.inheritable.join());
    return count;
  },
  'execve': (out, step) => {
    const count = 4 + step.args.length + step.env.length;
    out.push('84', step.on, count, itemsOf(step.args), itemsOf(step.env), step.addHome, step.uid);
    return count;
  },
};
