#include <cstdlib>

#include "facts.h"
#include "text.h"

namespace inspect {

namespace {

// proc_pid_mountinfo(5) writes space, tab, newline and backslash as three octal digits.
std::string unescape(const std::string &text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      out += static_cast<char>(strtol(text.substr(i + 1, 3).c_str(), nullptr, 8));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string propagation_of(const std::vector<std::string> &tags) {
  bool shared = false, slave = false;
  for (const std::string &tag : tags) {
    if (tag == "unbindable") return "unbindable";
    if (tag.starts_with("shared:")) shared = true;
    if (tag.starts_with("master:")) slave = true;
  }
  return shared && slave ? "slave,shared" : shared ? "shared" : slave ? "slave" : "private";
}

bool parse(const std::string &line, Mount &out) {
  std::vector<std::string> parts = split(line, ' ');
  if (parts.size() < 10) return false;
  size_t dash = 6;
  while (dash < parts.size() && parts[dash] != "-") dash++;
  if (dash + 3 >= parts.size()) return false;
  out.id = atoi(parts[0].c_str());
  out.parent = atoi(parts[1].c_str());
  out.device = parts[2];
  out.root = unescape(parts[3]);
  out.target = unescape(parts[4]);
  out.options = split(parts[5], ',');
  out.propagation =
      propagation_of(std::vector<std::string>(parts.begin() + 6, parts.begin() + static_cast<long>(dash)));
  out.type = parts[dash + 1];
  out.source = unescape(parts[dash + 2]);
  out.super_options = split(unescape(parts[dash + 3]), ',');
  return true;
}

}  // namespace

std::vector<Mount> mount_facts() {
  std::vector<Mount> out;
  std::string text;
  if (!read_file("/proc/self/mountinfo", text)) return out;
  for (const std::string &line : split(text, '\n')) {
    Mount mount{};
    if (parse(line, mount)) out.push_back(mount);
  }
  return out;
}

}  // namespace inspect
