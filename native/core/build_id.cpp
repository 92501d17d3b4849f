#include "build_id.h"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <link.h>
#include <span>

// The linker's: where the file begins in memory, and with it the first segment.
extern "C" [[gnu::visibility("hidden")]] const ElfW(Ehdr) __ehdr_start;

namespace runts::core {
namespace {

using Segment = ElfW(Phdr);

constexpr size_t kAlignment = 4;

size_t padded(size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

// In the notes of one segment (elf(5)).
std::string_view build_id_in(std::string_view notes) {
  ElfW(Nhdr) head;
  while (notes.size() >= sizeof(head)) {
    memcpy(&head, notes.data(), sizeof(head));
    notes.remove_prefix(sizeof(head));
    size_t name = padded(head.n_namesz), size = name + padded(head.n_descsz);
    if (size > notes.size()) return {};
    if (head.n_type == NT_GNU_BUILD_ID && notes.starts_with(ELF_NOTE_GNU)) return notes.substr(name, head.n_descsz);
    notes.remove_prefix(size);
  }
  return {};
}

}  // namespace

std::string_view build_id() {
  auto *file = reinterpret_cast<const char *>(&__ehdr_start);
  std::span segments(reinterpret_cast<const Segment *>(file + __ehdr_start.e_phoff), __ehdr_start.e_phnum);
  auto first = std::find_if(segments.begin(), segments.end(), [](const Segment &each) { return each.p_type == PT_LOAD; });
  for (const Segment &segment : segments) {
    if (segment.p_type != PT_NOTE || segment.p_align > kAlignment) continue;
    const char *begin = file + (segment.p_vaddr - first->p_vaddr);
    if (std::string_view id = build_id_in({begin, segment.p_memsz}); !id.empty()) return id;
  }
  return {};
}

}  // namespace runts::core
