#include "engine.h"

#include "../core/files.h"
#include "loop.h"
#include "values.h"

namespace runts::quickjs {
namespace {

std::string text_of(JSContext *context, JSValueConst value) {
  JSValue text = JS_ToString(context, value);
  std::string copy = to_text(context, text);
  JS_FreeValue(context, text);
  return copy;
}

// With its stack, where there is one.
std::string describe_error(JSContext *context, JSValueConst error) {
  std::string text = text_of(context, error);
  JSValue stack = JS_GetPropertyStr(context, error, "stack");
  if (JS_IsString(stack)) text.append(1, '\n').append(to_text(context, stack));
  JS_FreeValue(context, stack);
  return text;
}

int exit_status(JSContext *context, JSValueConst promise) {
  JSValue result = JS_PromiseResult(context, promise);
  if (JS_PromiseState(context, promise) == JS_PROMISE_REJECTED) {
    return complain(describe_error(context, result));
  }
  int32_t status = 1;
  JS_ToInt32(context, &status, result);
  return status;
}

}  // namespace

int complain(const std::string &text) {
  (void)core::write_all(2, "runts: " + text + "\n");
  return 1;
}

int complain_of_exception(JSContext *context) {
  JSValue error = JS_GetException(context);
  int status = complain(describe_error(context, error));
  JS_FreeValue(context, error);
  return status;
}

bool run_jobs(JSRuntime *runtime) {
  JSContext *context;
  int result;
  do result = JS_ExecutePendingJob(runtime, &context);
  while (result > 0);
  return result == 0;
}

int finish(const Roots &engine, JSValueConst promise) {
  if (JS_IsException(promise)) return complain_of_exception(engine.context);
  for (;;) {
    if (!run_jobs(engine.runtime)) return complain_of_exception(engine.context);
    if (JS_PromiseState(engine.context, promise) != JS_PROMISE_PENDING) return exit_status(engine.context, promise);
    if (!wait_for_next()) return complain("the command waits for what cannot come");
  }
}

JSValue exported(JSContext *context, const std::string &name) {
  std::string source = "runts." + name;
  return JS_Eval(context, source.c_str(), source.size(), "image", JS_EVAL_TYPE_GLOBAL);
}

int run_command() {
  copy_pages("");
  Roots engine = image_roots();
  JS_UpdateStackTop(engine.runtime);
  return finish(engine, JS_Call(engine.context, engine.command, JS_UNDEFINED, 0, nullptr));
}

}  // namespace runts::quickjs
