#include "own_thread.h"

#include <pthread.h>

namespace runts::core {
namespace {

void *run(void *job) {
  (*static_cast<const std::function<void()> *>(job))();
  return nullptr;
}

}  // namespace

int on_own_thread(const std::function<void()> &job) {
  pthread_t thread;
  auto *argument = const_cast<std::function<void()> *>(&job);
  if (int error = pthread_create(&thread, nullptr, run, argument); error != 0) return -error;
  pthread_join(thread, nullptr);
  return 0;
}

}  // namespace runts::core
