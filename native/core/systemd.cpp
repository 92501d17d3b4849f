#include "systemd.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "dbus.h"

namespace runts::core {
namespace {

using dbus::Connection;
using dbus::Message;

constexpr int kUndoMs = 10'000;

Clock::time_point after(uint32_t milliseconds) {
  return Clock::now() + std::chrono::milliseconds(milliseconds);
}

Status refused(std::string_view socket, std::string text) {
  Report report;
  report.call("systemd").string(socket);
  Status status = failed(0, report);
  status.detail = std::move(text);
  return status;
}

std::string error_text(const Message &answer) {
  std::string_view text = dbus::Body(answer.body()).text().value_or("");
  return std::string(text) + " (" + answer.error_name + ")";
}

// Waits for the end of the job that the answer names.
Status await_job(Connection &connection, const Message &answer, std::string &result) {
  std::string job(dbus::Body(answer.body()).text().value_or(""));
  Message message;
  for (;;) {
    if (Status status = connection.receive(message); !status.ok()) return status;
    if (message.type != dbus::Type::Signal || message.member != "JobRemoved") continue;
    dbus::Body body(message.body());
    (void)body.u32();
    if (body.text() != job) continue;
    (void)body.text();
    result = body.text().value_or("damaged");
    return done();
  }
}

std::string message_of(const plan::List<uint8_t> &bytes) {
  std::string message;
  message.reserve(bytes.size());
  for (uint8_t byte : bytes) message.push_back(static_cast<char>(byte));
  return message;
}

// What the unit itself says of its end.
std::string diagnosis(Connection &connection, const plan::List<uint8_t> &call) {
  Message answer;
  if (call.empty() || !connection.call(message_of(call), answer).ok()) return {};
  if (answer.type != dbus::Type::Return) return {};
  return std::string(dbus::Body(answer.body()).variant_text().value_or(""));
}

struct UndoCall {
  std::string message;
  bool job;
};

// Best effort, and nothing of it hangs: the processes are dead.
void undo_calls(const std::string &socket, const std::vector<UndoCall> &calls) {
  Connection connection;
  if (!connection.open(socket, after(kUndoMs)).ok()) return;
  for (const UndoCall &call : calls) {
    Message answer;
    std::string result;
    if (!connection.call(call.message, answer).ok()) return;
    if (call.job && answer.type == dbus::Type::Return && !await_job(connection, answer, result).ok()) return;
  }
}

void keep_undo(const plan::SystemdCall &step, Context &context) {
  std::vector<UndoCall> calls;
  for (const auto &call : step.undo) calls.push_back({message_of(call.message), call.job});
  if (calls.empty()) return;
  context.undo.push_back([&context, calls = std::move(calls), socket = std::string(step.socket)] {
    // A pid 1 ignores the SIGTERM by which systemd would end it.
    (void)kill_and_reap(context.process.pidfd);
    undo_calls(socket, calls);
  });
}

Status with_pid(const plan::SystemdCallCalls &call, const Connection &connection, const Context &context,
                std::string &message) {
  int pid = context.process.pid;
  message = message_of(call.message);
  if (!call.pid_at) return done();
  // The number would be that of a process which has nothing to do with this.
  if (!connection.shares_pids())
    return refused(connection.path(), "systemd is in another pid namespace than the caller");
  if (!pid || call.pid_at + sizeof(uint32_t) > message.size())
    return failed(EPROTO, "the plan", "systemd-call has no process to tell of");
  auto number = static_cast<uint32_t>(pid);
  memcpy(message.data() + call.pid_at, &number, sizeof(number));
  return done();
}

Status make_call(const plan::SystemdCall &step, const plan::SystemdCallCalls &call, Connection &connection,
                 Context &context) {
  std::string message, result;
  Message answer;
  if (Status status = with_pid(call, connection, context, message); !status.ok()) return status;
  if (Status status = connection.call(std::move(message), answer); !status.ok()) return status;
  if (answer.type == dbus::Type::Error) {
    for (const plan::Str &name : call.tolerate)
      if (answer.error_name == name) return done();
    return refused(step.socket, error_text(answer));
  }
  if (!call.job) return done();
  keep_undo(step, context);
  if (Status status = await_job(connection, answer, result); !status.ok()) return status;
  if (result == "done") return done();
  std::string why = diagnosis(connection, step.diagnose);
  return refused(step.socket, "the job ended with '" + result + "'" +
                                  (why.empty() ? "" : ", and the unit's result is '" + why + "'"));
}

}  // namespace

Status call_systemd(const plan::SystemdCall &step, Context &context) {
  Connection connection;
  if (Status status = connection.open(step.socket, after(step.timeout_ms)); !status.ok()) return status;
  for (const plan::SystemdCallCalls &call : step.calls) {
    if (Status status = make_call(step, call, connection, context); !status.ok()) return status;
  }
  return done();
}

Status ask_systemd(const std::string &socket, const std::vector<std::string> &calls, int timeout_ms,
                   std::vector<std::string> &answers) {
  Connection connection;
  if (Status status = connection.open(socket, after(static_cast<uint32_t>(timeout_ms))); !status.ok())
    return status;
  for (const std::string &call : calls) {
    Message answer;
    if (Status status = connection.call(call, answer); !status.ok()) return status;
    answers.push_back(std::move(answer.bytes));
  }
  return done();
}

}  // namespace runts::core
