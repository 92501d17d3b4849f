// Does a program that starts by glibc_x86_64.cpp find what glibc's start makes: arguments, environment, constructors, memory
// of its threads, the clock, standard output, and functions that were chosen?
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace {

struct Constructed {
  int value = 7;
  Constructed() { value += getpid() > 0; }
};
Constructed constructed;
thread_local int of_thread = 3;

void *in_thread(void *) {
  of_thread++;
  return close(-1) == -1 && errno == EBADF && of_thread == 4 ? &constructed : nullptr;
}

bool copies() {
  constexpr size_t kSize = size_t{4} << 20;
  auto *from = static_cast<char *>(malloc(kSize)), *to = static_cast<char *>(malloc(kSize));
  for (size_t size = 1; size <= kSize; size *= 4) {
    memset(from, 'x', size);
    memcpy(to, from, size);
    if (memcmp(from, to, size) != 0 || to[size - 1] != 'x') return false;
    if (memchr(to, 'y', size)) return false;
  }
  return std::string(100, 'x').find("xy") == std::string::npos && strstr("one two", "two") != nullptr;
}

}  // namespace

int main(int argc, char **argv) {
  pthread_t thread;
  void *result = nullptr;
  if (pthread_create(&thread, nullptr, in_thread, nullptr) != 0) return 1;
  pthread_join(thread, &result);
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  printf("%s %d\n", argv[0], argc);
  bool good = result == &constructed && constructed.value == 8 && of_thread == 3 && copies() && now.tv_sec > 0;
  return good && strtol("12", nullptr, 10) == 12 && environ != nullptr ? 0 : 1;
}
