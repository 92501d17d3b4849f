#include "cancel.h"

#include <csignal>

#include "../sys/syscalls.h"

namespace runts::core {

void Cancel::request() {
  std::lock_guard lock(mutex_);
  requested_ = true;
  if (awaited_ >= 0) (void)sys::pidfd_send_signal(awaited_, SIGKILL);
}

Cancel::Waiting::Waiting(Cancel *cancel, const Fd &pidfd) : cancel_(cancel) {
  if (!cancel_) return;
  std::lock_guard lock(cancel_->mutex_);
  cancel_->awaited_ = pidfd.get();
  if (cancel_->requested_ && pidfd) (void)sys::pidfd_send_signal(pidfd.get(), SIGKILL);
}

Cancel::Waiting::~Waiting() {
  if (!cancel_) return;
  std::lock_guard lock(cancel_->mutex_);
  cancel_->awaited_ = -1;
}

}  // namespace runts::core
