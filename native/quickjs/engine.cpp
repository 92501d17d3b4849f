#include "engine.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>

#include "../core/files.h"
#include "functions.h"
#include "heap.h"
#include "image.h"
#include "loop.h"
#include "rehearsal.h"

namespace runts::quickjs {
namespace {

// A command is over before its garbage counts; one that goes on (run, events) collects it from here on.
constexpr size_t kCollectFrom = size_t{64} << 20;
constexpr size_t kStack = size_t{4} << 20;
// The engine's own: what is larger, it asks us for.
constexpr size_t kLargestSmall = 504;

int complain(const std::string &text) {
  (void)core::write_all(2, "runts: " + text + "\n");
  return 1;
}

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

int complain_of_exception(JSContext *context) {
  JSValue error = JS_GetException(context);
  int status = complain(describe_error(context, error));
  JS_FreeValue(context, error);
  return status;
}

// What the program can have, which is the language alone.
JSContext *make_context(JSRuntime *runtime) {
  JSContext *context = JS_NewContextRaw(runtime);
  if (!context) return nullptr;
  bool failed = JS_AddIntrinsicBaseObjects(context) || JS_AddIntrinsicDate(context) || JS_AddIntrinsicEval(context) ||
                JS_AddIntrinsicRegExp(context) || JS_AddIntrinsicJSON(context) || JS_AddIntrinsicMapSet(context) ||
                JS_AddIntrinsicTypedArrays(context) || JS_AddIntrinsicPromise(context);
  return failed ? nullptr : context;
}

// The script calls itself `runts`.
JSValue exported(JSContext *context, const std::string &name) {
  std::string source = "runts." + name;
  return JS_Eval(context, source.c_str(), source.size(), "image", JS_EVAL_TYPE_GLOBAL);
}

// Its `command` takes what is native.
bool take_command(JSContext *context, JSValue &command) {
  JSValue make = exported(context, "command");
  JSValue native = make_functions(context);
  command = JS_Call(context, make, JS_UNDEFINED, 1, &native);
  JS_FreeValue(context, native);
  JS_FreeValue(context, make);
  return JS_IsFunction(context, command);
}

// The engine keeps blocks of the same size together. Those that are free in the image would be given out first, and each
// would cost a command the copy of a page: so they are all taken.
void fill_gaps(JSRuntime *runtime) {
  for (size_t size = 8; size <= kLargestSmall; size += 8) {
    for (;;) {
      size_t before = heap_requests();
      void *block = js_malloc_rt(runtime, size);
      if (heap_requests() == before) continue;
      // It came with blocks of its own, which go with it.
      js_free_rt(runtime, block);
      break;
    }
  }
}

// In an engine of its own, whose garbage does not get into the image. Without the source and lines, which are for debuggers.
bool compile(const std::string &source, std::string &code) {
  JSRuntime *runtime = JS_NewRuntime();
  JSContext *context = JS_NewContext(runtime);
  JSValue program = JS_Eval(context, source.c_str(), source.size(), "runts", JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
  if (JS_IsException(program)) return complain_of_exception(context) == 0;
  size_t size = 0;
  int flags = JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE | JS_WRITE_OBJ_STRIP_DEBUG;
  uint8_t *bytes = JS_WriteObject(context, &size, program, flags);
  if (bytes) code.assign(reinterpret_cast<char *>(bytes), size);
  return bytes != nullptr;
}

bool evaluate(JSContext *context, const std::string &code) {
  JSValue program =
      JS_ReadObject(context, reinterpret_cast<const uint8_t *>(code.data()), code.size(), JS_READ_OBJ_BYTECODE);
  JSValue result = JS_EvalFunction(context, program);
  bool failed = JS_IsException(result);
  JS_FreeValue(context, result);
  return !failed;
}

int write_image(const Image &image, const char *output) {
  Fd file(open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  int error = file ? core::write_all(file.get(), image.bytes) : -errno;
  return error < 0 ? complain(std::string(output) + ": " + strerror(-error)) : 0;
}

// Runs what is due; false where something of it was thrown.
bool run_jobs(JSRuntime *runtime) {
  JSContext *context;
  int result;
  do result = JS_ExecutePendingJob(runtime, &context);
  while (result > 0);
  return result == 0;
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

// To its end; what it waits for comes in between.
int finish(const Roots &engine, JSValueConst promise) {
  if (JS_IsException(promise)) return complain_of_exception(engine.context);
  for (;;) {
    if (!run_jobs(engine.runtime)) return complain_of_exception(engine.context);
    if (JS_PromiseState(engine.context, promise) != JS_PROMISE_PENDING) return exit_status(engine.context, promise);
    if (!wait_for_next()) return complain("the command waits for what cannot come");
  }
}

// The script's `rehearse` gives a command on a machine that is made up. After that the heap is no good for an image.
std::vector<bool> rehearse(const Roots &engine, std::span<char> memory, const std::string &verb) {
  JSValue name = from_text(engine.context, verb);
  JSValue command = JS_Call(engine.context, exported(engine.context, "rehearse"), JS_UNDEFINED, 1, &name);
  int status = 1;
  std::vector<bool> pages = pages_written(memory, [&] {
    status = finish(engine, JS_Call(engine.context, command, JS_UNDEFINED, 0, nullptr));
  });
  if (status != 0) exit(complain("the rehearsal of " + verb + " has failed"));
  return pages;
}

// The script's `rehearsed` are the verbs.
void rehearse_all(const Roots &engine, Image &image) {
  JSValueConst list[] = {exported(engine.context, "rehearsed")};
  std::vector<std::string> verbs = Call{engine.context, list}.texts(0);
  std::vector<bool> each(image.memory.size() / kPage, true);
  std::vector<std::vector<bool>> pages;
  for (const std::string &verb : verbs) {
    pages.push_back(rehearse(engine, image.memory, verb));
    for (size_t page = 0; page < each.size(); page++) each[page] = each[page] && pages.back()[page];
  }
  set_pages(image, "", each);
  for (size_t i = 0; i < verbs.size(); i++) {
    for (size_t page = 0; page < each.size(); page++) pages[i][page] = pages[i][page] && !each[page];
    set_pages(image, verbs[i], pages[i]);
  }
}

}  // namespace

int make_image(const char *script, const char *output) {
  std::string source;
  if (int error = core::read_file_at(AT_FDCWD, script, source); error < 0)
    return complain(std::string(script) + ": " + strerror(-error));
  std::string code;
  if (!compile(source, code)) return 1;
  begin_image();
  JSRuntime *runtime = JS_NewRuntime2(&kHeapFunctions, nullptr);
  JS_SetMaxStackSize(runtime, kStack);
  JSContext *context = make_context(runtime);
  if (!context) return complain("no memory for the engine");
  JSValue command = JS_UNDEFINED;
  if (!evaluate(context, code) || !take_command(context, command) || !run_jobs(runtime))
    return complain_of_exception(context);
  JS_RunGC(runtime);
  JS_SetGCThreshold(runtime, kCollectFrom);
  fill_gaps(runtime);
  Roots engine{runtime, context, command};
  Image image = take_image(engine);
  rehearse_all(engine, image);
  return write_image(image, output);
}

int run_command() {
  copy_pages("");
  Roots engine = image_roots();
  JS_UpdateStackTop(engine.runtime);
  return finish(engine, JS_Call(engine.context, engine.command, JS_UNDEFINED, 0, nullptr));
}

}  // namespace runts::quickjs
