#include "actions.h"

#include <climits>

namespace runts::layer {
namespace {

constexpr uint32_t kNoId = UINT32_MAX;  // chown(2) leaves the owner as it is
constexpr uint32_t kModeBits = 07777;
constexpr long kSecond = 1'000'000'000;

bool is_plain_component(std::string_view name) { return !name.empty() && name != "." && name != ".."; }

bool is_plain_path(std::string_view path) {
  if (path.find('\0') != path.npos) return false;
  for (size_t at = 0; at <= path.size();) {
    size_t end = path.find('/', at);
    if (end == path.npos) end = path.size();
    if (!is_plain_component(path.substr(at, end - at))) return false;
    at = end + 1;
  }
  return true;
}

bool may_be_root(Kind kind) {
  return kind == Kind::kDirectory || kind == Kind::kImply || kind == Kind::kOpaque;
}

bool read_path(Bytes &from, Path &out, bool or_root = false) {
  out = Path(from.text());
  return from.ok() && (is_plain_path(out) || (or_root && out.empty()));
}

bool is_c_string(std::string_view text) { return !text.empty() && text.find('\0') == text.npos; }

bool read_attributes(Bytes &from, Attributes &out) {
  out.mode = from.number<uint32_t>();
  out.uid = from.number<uint32_t>();
  out.gid = from.number<uint32_t>();
  out.mtime.tv_sec = from.number<int64_t>();
  out.mtime.tv_nsec = from.number<uint32_t>();
  uint32_t count = from.number<uint32_t>();
  const char *begin = from.at();
  for (uint32_t i = 0; i < count && from.ok(); i++) {
    if (!is_c_string(from.text())) return false;
    from.text();
  }
  if (!from.ok()) return false;
  out.xattrs = {begin, static_cast<size_t>(from.at() - begin)};
  return out.mode <= kModeBits && out.uid != kNoId && out.gid != kNoId && out.mtime.tv_nsec < kSecond;
}

// One that lies behind the one before and within the file.
bool read_extents(Bytes &from, Action &out) {
  out.size = from.number<uint64_t>();
  uint32_t count = from.number<uint32_t>();
  out.extents = from.take(uint64_t{count} * sizeof(Extent));
  if (!from.ok() || out.size > LLONG_MAX) return false;
  Bytes extents(out.extents);
  for (uint64_t end = 0; extents.more();) {
    uint64_t offset = extents.number<uint64_t>(), length = extents.number<uint64_t>();
    if (offset < end || offset > out.size || length > out.size - offset) return false;
    end = offset + length;
  }
  return true;
}

bool read_link(Bytes &from, Action &out) {
  out.target = Path(from.text());
  return is_c_string(out.target) && read_attributes(from, out.attributes);
}

// 0:0 is what hides files of other layers, and has its own kind.
bool read_device(Bytes &from, Action &out) {
  uint8_t type = from.number<uint8_t>();
  out.is_block = type == 1;
  out.major = from.number<uint32_t>();
  out.minor = from.number<uint32_t>();
  return type <= 1 && (out.is_block || out.major != 0 || out.minor != 0) && read_attributes(from, out.attributes);
}

bool read_content(Bytes &from, Content &out) {
  out.chunk = from.number<uint32_t>();
  out.offset = from.number<uint32_t>();
  out.length = from.number<uint32_t>();
  return from.ok();
}

bool read_fields(Bytes &from, Action &out) {
  switch (out.kind) {
    case Kind::kDirectory:
    case Kind::kFifo:
      return read_attributes(from, out.attributes);
    case Kind::kFile:
      return read_attributes(from, out.attributes) && read_extents(from, out);
    case Kind::kSymlink:
      return read_link(from, out);
    case Kind::kHardlink:
      return read_path(from, out.target) && read_attributes(from, out.attributes);
    case Kind::kDevice:
      return read_device(from, out);
    default:
      return from.ok();
  }
}

}  // namespace

bool read_xattr(Bytes &from, Xattr &out) {
  if (!from.more()) return false;
  out.name = from.text();
  out.value = from.text();
  return from.ok();
}

bool read_action(Bytes &from, Action &out) {
  uint8_t kind = from.number<uint8_t>();
  if (!from.ok() || kind < static_cast<uint8_t>(Kind::kDirectory) || kind > static_cast<uint8_t>(Kind::kContent)) return false;
  out.kind = static_cast<Kind>(kind);
  if (out.kind == Kind::kContent) return read_content(from, out.content);
  return read_path(from, out.path, may_be_root(out.kind)) && read_fields(from, out);
}

}  // namespace runts::layer
