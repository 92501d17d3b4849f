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

// onSignal(signal, callback): a callback for each signal; it is kept until the command ends
JSValue watch_signal(const Call &call) {
  JSValue callback = JS_DupValue(call.context, call.at(1));
  on_signal(call.number(0), [context = call.context, callback] {
    JS_FreeValue(context, JS_Call(context, callback, JS_UNDEFINED, 0, nullptr));
  });
  return JS_UNDEFINED;
}

JSValue ignore_signal(const Call &call) {
  leave_signal(call.number(0));
  return JS_UNDEFINED;
}

constexpr Function kTable[] = {
    {"isTerminal", is_terminal},
    {"terminalSize", terminal_size},
    {"relay", relay},
    {"copyTerminalSize", copy_terminal_size},
    {"onSignal", watch_signal},
    {"offSignal", ignore_signal},
};

}  // namespace

constinit const std::span<const Function> kTerminal = kTable;

}  // namespace runts::quickjs
