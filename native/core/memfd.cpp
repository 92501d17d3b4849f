#include "memfd.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>

#include "files.h"

namespace runts::core {
namespace {

constexpr unsigned kNoexecSeal = 0x0008;  // MFD_NOEXEC_SEAL, MFD_EXEC: Linux 6.3
constexpr unsigned kExec = 0x0010;
constexpr int kSealExec = 0x0020;  // F_SEAL_EXEC: Linux 6.3
constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

Status create(const char *name, unsigned flag, Fd &out) {
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | flag);
  if (fd < 0 && errno == EINVAL) fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  Report report;
  if (fd < 0) return failed(errno, report.call("memfd_create").string(name));
  out.reset(fd);
  return done();
}

Status fill_and_seal(std::string_view bytes, int extra, Fd &file) {
  Report report;
  if (int error = write_all(file.get(), bytes))
    return failed(error, report.call("write").fd(file.get(), "memfd"));
  if (extra && fcntl(file.get(), F_ADD_SEALS, kSeals | extra) == 0) return done();
  if (fcntl(file.get(), F_ADD_SEALS, kSeals) == 0) return done();
  return failed(errno, report.call("fcntl").fd(file.get(), "memfd").word("F_ADD_SEALS"));
}

}  // namespace

Status make_memfd(const char *name, Fd &out) { return create(name, kNoexecSeal, out); }

Status sealed_memfd(const char *name, std::string_view bytes, Fd &out) {
  if (Status status = create(name, kNoexecSeal, out); !status.ok()) return status;
  return fill_and_seal(bytes, 0, out);
}

Status sealed_executable(const char *name, std::string_view bytes, Fd &out) {
  if (Status status = create(name, kExec, out); !status.ok()) return status;
  return fill_and_seal(bytes, kSealExec, out);
}

}  // namespace runts::core
