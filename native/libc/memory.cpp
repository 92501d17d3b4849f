// What compilers and string_view expect of a C library for bytes. The pieces are short: paths, names, messages.
#include <cstddef>

extern "C" {

void *memcpy(void *to, const void *from, size_t size) {
  auto *target = static_cast<unsigned char *>(to);
  auto *source = static_cast<const unsigned char *>(from);
  for (size_t i = 0; i < size; i++) target[i] = source[i];
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  auto *target = static_cast<unsigned char *>(to);
  auto *source = static_cast<const unsigned char *>(from);
  if (target <= source) return memcpy(to, from, size);
  while (size--) target[size] = source[size];
  return to;
}

void *memset(void *to, int value, size_t size) {
  auto *target = static_cast<unsigned char *>(to);
  for (size_t i = 0; i < size; i++) target[i] = static_cast<unsigned char>(value);
  return to;
}

int memcmp(const void *one, const void *other, size_t size) {
  auto *left = static_cast<const unsigned char *>(one);
  auto *right = static_cast<const unsigned char *>(other);
  for (size_t i = 0; i < size; i++) {
    if (left[i] != right[i]) return left[i] - right[i];
  }
  return 0;
}

void *memchr(const void *in, int value, size_t size) {
  auto *bytes = static_cast<const unsigned char *>(in);
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] == static_cast<unsigned char>(value)) return const_cast<unsigned char *>(bytes + i);
  }
  return nullptr;
}

size_t strlen(const char *text) {
  size_t size = 0;
  while (text[size]) size++;
  return size;
}

int strcmp(const char *one, const char *other) {
  while (*one && *one == *other) one++, other++;
  return static_cast<unsigned char>(*one) - static_cast<unsigned char>(*other);
}

}  // extern "C"
