// The core for Node: names and functions.
#include "bindings.h"

namespace runts::node {
namespace {

constexpr Export kExports[] = {
    {"execute", execute},
    {"cancellation", cancellation},
    {"cancel", cancel},
    {"wait", wait},
    {"abandon", abandon},
    {"sendSignal", send_signal},
    {"openPidfd", open_pidfd},
    {"closeDescriptor", close_descriptor},
    {"becomeSubreaper", become_subreaper},
    {"reapOrphans", reap_orphans},
    {"sendDescriptor", send_descriptor},
    {"forwardNotify", forward_notify},
    {"seccompVersion", seccomp_version},
    {"seccompApi", seccomp_api},
    {"seccompKnowsArchitecture", seccomp_knows_architecture},
    {"seccompTakesFlags", seccomp_takes_flags},
    {"probe", probe},
    {"askSystemd", ask_systemd},
    {"observe", observe},
    {"nextNotice", next_notice},
    {"finishObserver", finish_observer},
    {"closeObserver", close_observer},
    {"isTerminal", is_terminal},
    {"terminalSize", terminal_size},
    {"relay", relay},
    {"copyTerminalSize", copy_terminal_size},
    {"restoreTerminal", restore_terminal},
    {"makePipe", make_pipe},
    {"makeSocketPair", make_socket_pair},
    {"bridgeTerminal", bridge_terminal},
    {"setTerminalSize", set_terminal_size},
};

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  for (std::span<const Export> table : {std::span<const Export>(kExports), kFiles, kBlobs, kLayers, kTrees, kView}) {
    for (const Export &entry : table)
      exports.Set(entry.name, Napi::Function::New(env, entry.function, entry.name));
  }
  return exports;
}

}  // namespace
}  // namespace runts::node

static Napi::Object start_module(Napi::Env env, Napi::Object exports) {
  return runts::node::initialize(env, exports);
}

NODE_API_MODULE(runts, start_module)
