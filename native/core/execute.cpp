#include "execute.h"

#include <algorithm>
#include <cerrno>

#include "../plan/plan.h"
#include "../sys/channel.h"
#include "files.h"
#include "steps.h"

namespace runts::core {
namespace {

using protocol::Type;

constexpr int kDeathMs = 10'000;

class Execution {
 public:
  Execution(std::string_view plan, const Options &options) : view_(plan), context_(plan, options) {}

  Outcome run() {
    Status status = run_all();
    Outcome outcome;
    outcome.step = context_.reported_step >= 0 ? context_.reported_step : current_;
    outcome.of_create = context_.of_create;
    outcome.status = std::move(status);
    if (outcome.status.ok()) {
      succeed(outcome);
    } else {
      while (!context_.undo.empty()) {
        context_.undo.back()();
        context_.undo.pop_back();
      }
    }
    // By now it has ended: its end is waited for by nobody who has something else to do.
    (void)reap(stage_.pidfd, kDeathMs);
    restore_affinity(context_);
    outcome.times = context_.trace.times();
    return outcome;
  }

 private:
  Status run_all() {
    if (!view_.of_this_build()) return failed(EINVAL, "the plan", "it was made for another build of runts");
    if (!view_.ok()) return failed(EINVAL, "the plan", "it is damaged, or a text in it has a NUL character");
    if (context_.options.trace) {
      if (Status status = context_.trace.open(view_.count()); !status.ok()) return status;
    }
    while (view_.more()) {
      plan::Entry entry;
      current_ = static_cast<int>(view_.index());
      if (!view_.next(entry)) return damaged();
      if (entry.on == plan::Side::Init) {
        expect_fork(entry);
        if (Status status = hand_over(); !status.ok()) return status;
        continue;
      }
      if (entry.kind == plan::Kind::Created) return leave();
      if (context_.options.cancel && context_.options.cancel->requested())
        return failed(ECANCELED, "the plan", "it was called off");
      context_.trace.begin(view_.index() - 1);
      Status status = run_host_step(entry, context_);
      context_.trace.end(view_.index() - 1);
      if (!status.ok()) return status;
    }
    return done();
  }

  Status damaged() { return failed(EINVAL, "the plan", "its bytes are damaged"); }

  // Gives init its turn from the current step on, and waits until it is our turn again or init has executed
  // the program.
  Status hand_over() {
    if (!context_.channel) return failed(EPROTO, "the plan", "a step of init comes before clone");
    if (Status status = send_slots(context_, context_.channel.get()); !status.ok()) return status;
    if (Status status = pass_baton(static_cast<uint32_t>(current_)); !status.ok()) return status;
    if (!skip_init_steps()) return damaged();
    bool executing = false;
    for (;;) {
      channel::Received received;
      int got = receive(received);
      if (got < 0) return failed(got, "recvmsg(init)");
      if (got == 0) return executing ? executed() : died();
      bool our_step = view_.more() && received.message.step == view_.index();
      if (received.message.type == Type::Baton) return our_step ? done() : confused();
      if (Status status = take(received, executing); !status.ok()) return status;
      if (received.message.type != Type::Forked) continue;
      // The child waits for its first baton; it comes after our steps where those are next.
      if (our_step) return done();
      if (Status status = pass_baton(received.message.step); !status.ok()) return status;
    }
  }

  void expect_fork(const plan::Entry &entry) {
    if (entry.kind == plan::Kind::Fork) forks_++;
  }

  // A process that clones is left alone until it has told of its child: were it killed between the two, nobody would know
  // the child, which waits for us.
  int receive(channel::Received &received) {
    Cancel::Waiting waiting(forks_ > 0 ? nullptr : context_.options.cancel, context_.process.pidfd);
    return channel::receive(context_.channel.get(), received);
  }

  Status take(channel::Received &received, bool &executing) {
    switch (received.message.type) {
      case Type::Forked:
        return adopt(received);
      case Type::Console:
        if (received.fd_count != 1) return confused();
        context_.console = std::move(received.fds[0]);
        return done();
      case Type::Executing:
        executing = true;
        return done();
      case Type::Failed:
        return reported(received);
      default:
        return confused();
    }
  }

  // Leaves the view at the host's next step, or at the end.
  bool skip_init_steps() {
    plan::Entry entry;
    for (plan::View ahead = view_; ahead.more(); view_ = ahead) {
      if (!ahead.next(entry)) return false;
      if (entry.on == plan::Side::Host) break;
      expect_fork(entry);
    }
    return true;
  }

  int send_baton(uint32_t step) {
    protocol::Message message = channel::plain(Type::Baton, step);
    message.pid = static_cast<uint32_t>(context_.process.pid);
    return channel::send(context_.channel.get(), message);
  }

  Status pass_baton(uint32_t step) {
    int error = send_baton(step);
    // Where init is gone, what it may have said last tells more than EPIPE.
    return error < 0 && error != -EPIPE ? failed(error, "sendmsg(init)") : done();
  }

  // The stage process has cloned the one that goes on with the list, and ends.
  Status adopt(channel::Received &received) {
    if (received.fd_count != 1 || received.message.pid == 0 || forks_ == 0) return confused();
    forks_--;
    stage_ = std::move(context_.process);
    context_.process = Child{static_cast<int>(received.message.pid), std::move(received.fds[0])};
    return done();
  }

  Status reported(const channel::Received &received) {
    context_.reported_step = static_cast<int>(received.message.step);
    return failed(received.message.error, received.text());
  }

  Status confused() { return failed(EPROTO, "recvmsg(init)", "init sent what does not belong here"); }

  Status executed() {
    context_.channel.reset();
    return done();
  }

  Status died() {
    std::optional<Ending> ending = reap(context_.process.pidfd, kDeathMs);
    std::string how = "init was lost";
    if (ending) how = ending->signaled ? "init was " + ending->text() : "init ended with " + ending->text();
    if (cgroup_ran_out_of_memory(context_.cgroup)) how = "out of memory: memory.max is too low (" + how + ")";
    if (ending) context_.process = {};
    return failed(EPIPE, "recvmsg(init)", how);
  }

  // The end of create: init goes on alone, to the wait for start.
  Status leave() {
    if (!context_.channel) return failed(EPROTO, "the plan", "created comes before clone");
    if (Status status = send_slots(context_, context_.channel.get()); !status.ok()) return status;
    int error = send_baton(view_.index());
    if (error == -EPIPE) return died();
    if (error < 0) return failed(error, "sendmsg(init)");
    context_.channel.reset();
    return done();
  }

  void succeed(Outcome &outcome) {
    outcome.step = -1;
    outcome.console = std::move(context_.console);
    outcome.pid = context_.process.pid;
    outcome.cgroup_inode = context_.cgroup.inode;
    outcome.pidfd = std::move(context_.process.pidfd);
    if (!outcome.pid) return;
    Fd process(open_process_directory(outcome.pid));
    if (process) outcome.start_time = start_time_of(process.get()).value_or(0);
  }

  plan::View view_;
  Context context_;
  // The process that has cloned the one that went on with the list, until it is reaped.
  Child stage_;
  // Steps that init has been given and that clone such a process, until it tells of that.
  unsigned forks_ = 0;
  int current_ = -1;
};

}  // namespace

Status send_slots(Context &context, int socket) {
  std::vector<Made> made = std::move(context.made);
  context.made.clear();
  for (size_t at = 0; at < made.size(); at += protocol::kMaxFds) {
    protocol::Message message = channel::plain(protocol::Type::Slots, 0);
    int fds[protocol::kMaxFds];
    size_t count = std::min<size_t>(made.size() - at, protocol::kMaxFds);
    for (size_t i = 0; i < count; i++) {
      message.slots[i] = made[at + i].slot;
      fds[i] = made[at + i].fd.get();
    }
    message.count = static_cast<uint32_t>(count);
    int error = channel::send(socket, message, {fds, count});
    if (error < 0 && error != -EPIPE) return failed(error, "sendmsg(init, SCM_RIGHTS)");
  }
  return done();
}

bool execute_at_once(std::string_view plan, const Options &options) {
  plan::View view(plan);
  plan::Entry entry;
  plan::CgroupRemove step{};
  if (options.trace || view.count() != 1 || !view.more() || !view.next(entry)) return false;
  return entry.kind == plan::Kind::CgroupRemove && entry.decode(step) && remove_left_cgroup(step);
}

Outcome execute(std::string_view plan, const Options &options) { return Execution(plan, options).run(); }

}  // namespace runts::core
