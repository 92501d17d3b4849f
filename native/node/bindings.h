// The functions of the addon, by the files that hold them. Plain data in, plain data out; descriptors are
// numbers.
#pragma once
#include <napi.h>

#include <span>

namespace runts::node {

struct Export {
  const char *name;
  Napi::Value (*function)(const Napi::CallbackInfo &);
};

// files.cpp, in the terms of CoreFiles in src/host/core-files.ts
extern const std::span<const Export> kFiles;
// layers.cpp, in those of LayerFunctions in src/image/native.ts
extern const std::span<const Export> kLayers;
// trees.cpp, in those of TreeFunctions there
extern const std::span<const Export> kTrees;

// execute.cpp
// execute(plan: string, {stdio, preserve, trace, cancel}): Promise<outcome>
Napi::Value execute(const Napi::CallbackInfo &info);
// cancellation(): what an execution gets as its option `cancel`, so that cancel(cancellation) calls it off
Napi::Value cancellation(const Napi::CallbackInfo &info);
Napi::Value cancel(const Napi::CallbackInfo &info);
// wait(pidfd, idle): Promise<{code} | {signal} | undefined>; undefined: its status is its parent's alone; idle: it does not
// keep the program from ending
Napi::Value wait(const Napi::CallbackInfo &info);
// abandon(pidfd): closes it; the process is reaped whenever it ends
Napi::Value abandon(const Napi::CallbackInfo &info);

// machine.cpp
// sendSignal(pidfd, signal): a process that is gone is fine
Napi::Value send_signal(const Napi::CallbackInfo &info);
Napi::Value open_pidfd(const Napi::CallbackInfo &info);
Napi::Value close_descriptor(const Napi::CallbackInfo &info);
Napi::Value become_subreaper(const Napi::CallbackInfo &info);
Napi::Value reap_orphans(const Napi::CallbackInfo &info);
// sendDescriptor(path, fd, text)
Napi::Value send_descriptor(const Napi::CallbackInfo &info);
// forwardNotify(listenPath, notifyPath, pid): Promise<undefined>
Napi::Value forward_notify(const Napi::CallbackInfo &info);

// knowledge.cpp
Napi::Value seccomp_version(const Napi::CallbackInfo &info);
Napi::Value seccomp_api(const Napi::CallbackInfo &info);
// seccompKnowsArchitecture(name), seccompTakesFlags(flags): boolean
Napi::Value seccomp_knows_architecture(const Napi::CallbackInfo &info);
Napi::Value seccomp_takes_flags(const Napi::CallbackInfo &info);
// probe(arguments: string[]): Promise<string>, the lines of native/probe
Napi::Value probe(const Napi::CallbackInfo &info);

// streams.cpp
// makePipe(writing), makeSocketPair(): the end for a stream of Node's, which closes it, and the other; all close-on-exec
Napi::Value make_pipe(const Napi::CallbackInfo &info);
Napi::Value make_socket_pair(const Napi::CallbackInfo &info);
// bridgeTerminal(socket, master): carries bytes between copies of both until either hangs up
Napi::Value bridge_terminal(const Napi::CallbackInfo &info);
// setTerminalSize(fd, width, height)
Napi::Value set_terminal_size(const Napi::CallbackInfo &info);

// systemd.cpp
// askSystemd(socket, calls: Uint8Array[], timeoutMs): Promise<Uint8Array[]>
Napi::Value ask_systemd(const Napi::CallbackInfo &info);

// observe.cpp
// observe(wanted): an observer; throws where something cannot be watched
Napi::Value observe(const Napi::CallbackInfo &info);
// nextNotice(observer): Promise<notice | undefined>; undefined once it is closed
Napi::Value next_notice(const Napi::CallbackInfo &info);
// finishObserver(observer): the end of the process is noticed now
Napi::Value finish_observer(const Napi::CallbackInfo &info);
// closeObserver(observer): as its end by the garbage collector, but now
Napi::Value close_observer(const Napi::CallbackInfo &info);

// blobs.cpp, in the terms of LayerFunctions in src/image/native.ts
extern const std::span<const Export> kBlobs;

// terminal.cpp
Napi::Value is_terminal(const Napi::CallbackInfo &info);
// terminalSize(fd): {width, height} | undefined
Napi::Value terminal_size(const Napi::CallbackInfo &info);
// relay(input, output, master): Promise<undefined>
Napi::Value relay(const Napi::CallbackInfo &info);
// copyTerminalSize(from, to)
Napi::Value copy_terminal_size(const Napi::CallbackInfo &info);
Napi::Value restore_terminal(const Napi::CallbackInfo &info);

// view.cpp, in the terms of ViewFunctions in src/image/native.ts
extern const std::span<const Export> kView;

inline int number_at(const Napi::CallbackInfo &info, size_t index) {
  Napi::Value value = info[index];
  return value.IsNumber() ? value.As<Napi::Number>().Int32Value() : -1;
}

inline std::string text_at(const Napi::CallbackInfo &info, size_t index) {
  Napi::Value value = info[index];
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

}  // namespace runts::node
