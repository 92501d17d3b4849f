#include "control.h"

#include "../sys/channel.h"

namespace runts::init {
namespace {

void take_slots(Context &context, channel::Received &received) {
  const protocol::Message &message = received.message;
  if (message.count != received.fd_count) _exit(1);
  for (uint32_t i = 0; i < message.count; i++) {
    uint32_t slot = message.slots[i];
    if (slot == 0 || slot >= protocol::kMaxSlots) _exit(1);
    if (context.slots[slot] >= 0) close(context.slots[slot]);
    context.slots[slot] = received.fds[i].release();
  }
}

}  // namespace

uint32_t wait_for_baton(Context &context) {
  channel::Received received;
  while (true) {
    if (channel::receive(context.control.get(), received) != 1) _exit(1);
    if (received.message.type == protocol::Type::Baton) {
      if (received.message.pid) context.host_pid = received.message.pid;
      return received.message.step;
    }
    if (received.message.type != protocol::Type::Slots) _exit(1);
    take_slots(context, received);
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
