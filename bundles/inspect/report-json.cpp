#include "facts.h"
#include "json.h"
#include "text.h"

namespace inspect {

namespace {

void ids(Json &json, const char *name, const std::vector<IdRange> &ranges) {
  json.key(name).array();
  for (const IdRange &range : ranges) {
    json.object()
        .field("inside", range.inside)
        .field("outside", range.outside)
        .field("size", range.size)
        .end_object();
  }
  json.end_array();
}

void rlimits(Json &json, const std::vector<Rlimit> &limits) {
  json.key("rlimits").object();
  for (const Rlimit &limit : limits) {
    json.key(limit.name).object().field("soft", limit.soft).field("hard", limit.hard).end_object();
  }
  json.end_object();
}

void scheduler(Json &json, const Scheduler &of) {
  json.key("scheduler");
  if (of.policy.empty()) {
    json.null();
    return;
  }
  json.object()
      .field("policy", of.policy)
      .field("nice", of.nice)
      .field("priority", of.priority)
      .field("flags", of.flags);
  json.field("runtime", of.runtime).field("deadline", of.deadline).field("period", of.period).end_object();
}

void terminal(Json &json, const Terminal &of) {
  json.key("terminal");
  if (!of.present) {
    json.null();
    return;
  }
  json.object().field("name", of.name).field("rows", of.rows).field("columns", of.columns);
  json.flag("controlling", of.controlling).end_object();
}

void process(Json &json, const Process &of) {
  json.field("pid", of.pid)
      .field("ppid", of.parent)
      .field("sid", of.session)
      .field("uid", of.uid)
      .field("gid", of.gid);
  json.key("groups").array();
  for (unsigned group : of.groups) json.number(group);
  json.end_array()
      .field("umask", format("%04o", of.umask))
      .optional("cwd", of.cwd)
      .optional("exe", of.executable);
  json.texts("args", of.args).texts("env", of.env);
  rlimits(json, of.rlimits);
  scheduler(json, of.scheduler);
  json.key("ioPriority")
      .object()
      .optional("class", of.io_class)
      .field("priority", of.io_priority)
      .end_object();
  json.optional("cpus", of.cpus).key("memoryPolicy").object().optional("mode", of.memory_policy.mode);
  json.texts("flags", of.memory_policy.flags).texts("nodes", of.memory_policy.nodes).end_object();
  json.optional("personality", of.personality).optional("oomScoreAdj", of.oom_score_adj);
  terminal(json, of.terminal);
  json.texts("ignoredSignals", of.ignored_signals).texts("blockedSignals", of.blocked_signals);
  json.key("processes").array();
  for (const OtherProcess &other : of.others) {
    json.object().field("pid", other.pid).field("command", other.command).end_object();
  }
  json.end_array();
}

void security(Json &json, const Security &of) {
  const Capabilities &sets = of.capabilities;
  json.key("capabilities").object().texts("bounding", sets.bounding).texts("effective", sets.effective);
  json.texts("permitted", sets.permitted)
      .texts("inheritable", sets.inheritable)
      .texts("ambient", sets.ambient);
  json.end_object().flag("noNewPrivileges", of.no_new_privileges);
  json.key("seccomp")
      .object()
      .field("mode", of.seccomp_mode)
      .field("filters", of.seccomp_filters)
      .end_object();
  json.optional("lsmLabel", of.lsm_label).optional("keyring", of.keyring).flag("dumpable", of.dumpable);
}

void namespaces(Json &json, const Namespaces &of) {
  json.key("namespaces").object();
  for (const Namespace &each : of.list) {
    json.key(each.name).object().field("id", each.id).field("is", each.is).end_object();
  }
  json.end_object();
  ids(json, "uidMap", of.uid_map);
  ids(json, "gidMap", of.gid_map);
  json.optional("setgroups", of.setgroups).field("hostname", of.hostname).field("domainname", of.domainname);
  json.key("timeOffsets").object();
  for (const TimeOffset &each : of.time_offsets) {
    json.key(each.clock)
        .object()
        .field("secs", each.seconds)
        .field("nanosecs", each.nanoseconds)
        .end_object();
  }
  json.end_object().key("interfaces").array();
  for (const Interface &each : of.interfaces) {
    json.object().field("name", each.name).flag("up", each.up).optional("address", each.address).end_object();
  }
  json.end_array();
}

void mounts(Json &json, const std::vector<Mount> &list) {
  json.key("mounts").array();
  for (const Mount &each : list) {
    json.object()
        .field("id", each.id)
        .field("parent", each.parent)
        .field("device", each.device)
        .field("root", each.root);
    json.field("target", each.target).field("type", each.type).field("source", each.source);
    json.field("propagation", each.propagation).texts("options", each.options);
    json.texts("superOptions", each.super_options).end_object();
  }
  json.end_array();
}

void files(Json &json, const Facts &facts) {
  json.key("devices").array();
  for (const Device &each : facts.devices) {
    json.object().field("path", each.path).field("type", each.type).optional("target", each.target);
    json.field("major", each.major).field("minor", each.minor).field("mode", format("%04o", each.mode));
    json.field("uid", each.uid).field("gid", each.gid).end_object();
  }
  json.end_array().key("files").array();
  for (const OpenFile &each : facts.files) {
    json.object()
        .field("fd", each.fd)
        .field("target", each.target)
        .flag("closeOnExec", each.close_on_exec)
        .end_object();
  }
  json.end_array();
}

void cgroup(Json &json, const Cgroup &of) {
  json.key("cgroup").object().optional("path", of.path).optional("mount", of.mount).key("values").object();
  for (const auto &[name, value] : of.values) json.field(name, value);
  json.end_object().end_object();
}

}  // namespace

std::string json_report(const Facts &facts) {
  Json json;
  json.object();
  process(json, facts.process);
  security(json, facts.security);
  namespaces(json, facts.namespaces);
  mounts(json, facts.mounts);
  files(json, facts);
  cgroup(json, facts.cgroup);
  return json.end_object().str();
}

}  // namespace inspect
