#include "control.h"

#include <cerrno>

#include "../sys/channel.h"

namespace runts::init {
namespace {

bool lost(Context &context) {
  context.report.words("slots").detail("descriptors were lost on the way: is RLIMIT_NOFILE too low?");
  return false;
}

// False, with the reason in the report, where they cannot be taken.
bool take_slots(Context &context, channel::Received &received) {
  const protocol::Message &message = received.message;
  if (message.count != received.fd_count) return lost(context);
  for (uint32_t i = 0; i < message.count; i++) {
    uint32_t slot = message.slots[i];
    if (slot == 0 || slot >= protocol::kMaxSlots) {
      context.report.words("slots").detail("more descriptors than the ");
      context.report.detail_number(protocol::kMaxSlots - 1).detail(" that there is room for");
      return false;
    }
    if (context.slots[slot] >= 0) close(context.slots[slot]);
    context.slots[slot] = received.fds[i].release();
  }
  return true;
}

}  // namespace

uint32_t wait_for_baton(Context &context, bool of_start) {
  channel::Received received;
  bool taken = true;
  while (true) {
    int got = channel::receive(context.control.get(), received);
    if (got != 1 && !(got == -EPROTO && received.message.type == protocol::Type::Slots)) _exit(1);
    if (got != 1) {
      taken = lost(context);
      continue;
    }
    if (received.message.type == protocol::Type::Baton) {
      if (received.message.pid) context.host_pid = received.message.pid;
      uint32_t step = received.message.step;
      // Only now, when the host listens.
      if (!taken) give_up(context, of_start ? context.step : step, Result::failure(EMFILE, context.report));
      return step;
    }
    if (received.message.type != protocol::Type::Slots) _exit(1);
    taken = taken && take_slots(context, received);
  }
}

uint32_t hand_over(Context &context, uint32_t step) {
  if (tell(context, channel::plain(protocol::Type::Baton, step)) != 0) _exit(1);
  return wait_for_baton(context);
}

void give_up(Context &context, uint32_t step, const Result &result) {
  std::string_view text(context.report.data(), context.report.size());
  tell(context, channel::failed(step, result.error(), text));
  _exit(1);
}

int tell(Context &context, const protocol::Message &message, int fd) {
  return channel::send(context.control.get(), message, std::span<const int>(&fd, fd >= 0 ? 1 : 0));
}

}  // namespace runts::init
