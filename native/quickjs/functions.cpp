#include "functions.h"

namespace runts::quickjs {
namespace {

constexpr const std::span<const Function> *kAll[] = {&kFiles,    &kJson,     &kProcesses, &kExecution,
                                                     &kObserve, &kTerminal, &kSelf,      &kWalk};

// `magic` counts through all tables.
JSValue call(JSContext *context, JSValueConst, int count, JSValueConst *values, int magic) {
  auto index = static_cast<size_t>(magic);
  for (const std::span<const Function> *table : kAll) {
    if (index < table->size()) return (*table)[index].call({context, {values, static_cast<size_t>(count)}});
    index -= table->size();
  }
  return JS_UNDEFINED;
}

}  // namespace

JSValue make_functions(JSContext *context) {
  JSValue object = JS_NewObject(context);
  int magic = 0;
  for (const std::span<const Function> *table : kAll) {
    for (const Function &function : *table) {
      set(context, object, function.name,
          JS_NewCFunctionMagic(context, call, function.name, 0, JS_CFUNC_generic_magic, magic++));
    }
  }
  return object;
}

}  // namespace runts::quickjs
