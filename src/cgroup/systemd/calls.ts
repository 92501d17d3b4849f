/** The calls that runts makes of systemd (org.freedesktop.systemd1(5)). */
import { encodeCall } from './dbus.ts';
import type { EncodedCall, Value } from './dbus.ts';
import type { Property } from './properties.ts';
import { objectPath } from './units.ts';

const OBJECT = '/org/freedesktop/systemd1';
const MANAGER = 'org.freedesktop.systemd1.Manager';

/** Makes a unit that is gone when it is stopped; the answer is the job that starts it. */
export function startTransientUnit(unit: string, properties: readonly Property[]): EncodedCall {
  // the last array is of auxiliary units
  return manager('StartTransientUnit', 'ssa(sv)a(sa(sv))', [
    unit,
    'replace',
    properties.map(propertyValue),
    [],
  ]);
}

/** The answer is the job that stops it. */
export function stopUnit(unit: string): EncodedCall {
  return manager('StopUnit', 'ss', [unit, 'replace']);
}

/** Lets go of a unit that has failed, which else keeps its name. */
export function resetFailedUnit(unit: string): EncodedCall {
  return manager('ResetFailedUnit', 's', [unit]);
}

/** Until the unit is stopped, not beyond. */
export function setUnitProperties(unit: string, properties: readonly Property[]): EncodedCall {
  return manager('SetUnitProperties', 'sba(sv)', [unit, true, properties.map(propertyValue)]);
}

/** Moves processes into a cgroup below the unit's own ('/' is that itself), which systemd may do where the caller may not. */
export function attachProcesses(unit: string, subCgroup: string, pids: readonly Value[]): EncodedCall {
  return manager('AttachProcessesToUnit', 'ssau', [unit, subCgroup, pids]);
}

/** A property of the manager, such as Version. */
export function getManagerProperty(name: string): EncodedCall {
  return getProperty(OBJECT, MANAGER, name);
}

/** How the unit's last run ended, such as `success`, `timeout` or `oom-kill`. */
export function getResult(unit: string): EncodedCall {
  return getProperty(objectPath(unit), 'org.freedesktop.systemd1.Scope', 'Result');
}

function propertyValue({ name, signature, value }: Property): Value {
  return [name, { signature, value }];
}

function manager(member: string, signature: string, body: readonly Value[]): EncodedCall {
  return encodeCall({ path: OBJECT, interface: MANAGER, member, signature, body });
}

function getProperty(path: string, owner: string, name: string): EncodedCall {
  return encodeCall({
    path,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    signature: 'ss',
    body: [owner, name],
  });
}
