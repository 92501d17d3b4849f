// Bytes that are damaged.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "random.h"

using Bytes = std::vector<uint8_t>;

inline Bytes part_of(const Bytes &bytes, size_t from, size_t size) {
  auto begin = bytes.begin() + static_cast<long>(from);
  return Bytes(begin, begin + static_cast<long>(std::min(size, bytes.size() - from)));
}

inline void insert(Bytes &bytes, size_t at, const Bytes &what) {
  bytes.insert(bytes.begin() + static_cast<long>(at), what.begin(), what.end());
}

inline bool read_file(const char *path, Bytes &bytes) {
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  uint8_t part[4096];
  while (size_t size = fread(part, 1, sizeof(part), file)) bytes.insert(bytes.end(), part, part + size);
  fclose(file);
  return true;
}

// False where one cannot be read, or has nothing that could be damaged.
inline bool read_files(std::span<char *const> paths, std::vector<Bytes> &files) {
  files.resize(paths.size());
  for (size_t i = 0; i < paths.size(); i++) {
    if (!read_file(paths[i], files[i]) || files[i].empty()) return false;
  }
  return true;
}

inline void flip_bit(Bytes &bytes, size_t at, size_t bit) { bytes[at] ^= static_cast<uint8_t>(1u << bit); }

inline void put_any(Bytes &bytes, size_t at, Random &random) { bytes[at] = static_cast<uint8_t>(random.next()); }

// A short part once more, anywhere.
inline void repeat_part(Bytes &bytes, size_t at, Random &random) {
  Bytes part = part_of(bytes, at, random.below(64));
  insert(bytes, random.below(bytes.size()), part);
}

// In place of the rest the end of another.
inline void splice(Bytes &bytes, size_t at, const Bytes &other, Random &random) {
  bytes.resize(at);
  insert(bytes, at, part_of(other, random.below(other.size()), other.size()));
}

// Calls `read(data, size)` on memory of exactly their size, so that a byte read beyond it is caught.
template <typename Read>
auto in_exact_memory(const Bytes &bytes, Read read) {
  auto *copy = static_cast<uint8_t *>(malloc(bytes.size() ? bytes.size() : 1));
  if (!copy) abort();
  if (!bytes.empty()) memcpy(copy, bytes.data(), bytes.size());
  auto result = read(copy, bytes.size());
  free(copy);
  return result;
}
