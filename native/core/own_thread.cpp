#include "own_thread.h"

#include <csignal>
#include <memory>
#include <pthread.h>

namespace runts::core {
namespace {

void *run(void *job) {
  (*static_cast<const std::function<void()> *>(job))();
  return nullptr;
}

void *run_owned(void *job) {
  std::unique_ptr<std::function<void()>> owned(static_cast<std::function<void()> *>(job));
  return run(owned.get());
}

}  // namespace

int on_own_thread(const std::function<void()> &job) {
  pthread_t thread;
  auto *argument = const_cast<std::function<void()> *>(&job);
  if (int error = pthread_create(&thread, nullptr, run, argument); error != 0) return -error;
  pthread_join(thread, nullptr);
  return 0;
}

int start_thread(std::function<void()> job) {
  auto owned = std::make_unique<std::function<void()>>(std::move(job));
  sigset_t every, before;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);
  pthread_t thread;
  int error = pthread_create(&thread, nullptr, run_owned, owned.get());
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error != 0) return -error;
  (void)owned.release();
  pthread_detach(thread);
  return 0;
}

}  // namespace runts::core
