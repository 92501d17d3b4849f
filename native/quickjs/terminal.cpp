// The terminal of who called, and signals.
#include <sys/ioctl.h>
#include <unistd.h>

#include "../core/relay.h"
#include "functions.h"
#include "loop.h"

namespace runts::quickjs {
namespace {

JSValue is_terminal(const Call &call) { return JS_NewBool(call.context, isatty(call.number(0)) == 1); }

// terminalSize(fd): {width, height} or undefined
JSValue terminal_size(const Call &call) {
  winsize size;
  if (ioctl(call.number(0), TIOCGWINSZ, &size) != 0) return JS_UNDEFINED;
  JSValue value = JS_NewObject(call.context);
  set(call.context, value, "width", JS_NewUint32(call.context, size.ws_col));
  set(call.context, value, "height", JS_NewUint32(call.context, size.ws_row));
  return value;
}

// relay(input, output, master): a promise
JSValue relay(const Call &call) {
  int input = call.number(0), output = call.number(1), master = call.number(2);
  return on_thread(
      call.context, [=] { return core::relay_terminal(input, output, master); },
      [context = call.context](int error) {
        return error < 0 ? system_error(context, error, "poll") : JS_UNDEFINED;
      });
}

// copyTerminalSize(from, to)
JSValue copy_terminal_size(const Call &call) {
  core::copy_terminal_size(call.number(0), call.number(1));
  return JS_UNDEFINED;
}

// onSignals(signals, callback): it is called with the signal's number, and kept until the command ends
JSValue watch_signals(const Call &call) {
  JSValue callback = JS_DupValue(call.context, call.at(1));
  for (int signal : call.numbers(0)) {
    on_signal(signal, [context = call.context, callback, signal] {
      JSValue number = JS_NewInt32(context, signal);
      JS_FreeValue(context, JS_Call(context, callback, JS_UNDEFINED, 1, &number));
    });
  }
  return JS_UNDEFINED;
}

// offSignals(signals)
JSValue ignore_signals(const Call &call) {
  for (int signal : call.numbers(0)) leave_signal(signal);
  return JS_UNDEFINED;
}

constexpr Function kTable[] = {
    {"isTerminal", is_terminal},
    {"terminalSize", terminal_size},
    {"relay", relay},
    {"copyTerminalSize", copy_terminal_size},
    {"onSignals", watch_signals},
    {"offSignals", ignore_signals},
};

}  // namespace

constinit const std::span<const Function> kTerminal = kTable;

}  // namespace runts::quickjs
