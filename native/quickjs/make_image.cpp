#include "make_image.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>

#include "../core/files.h"
#include "accesses.h"
#include "child.h"
#include "engine.h"
#include "functions.h"
#include "heap.h"
#include "image.h"
#include "places.h"
#include "rehearsal.h"

namespace runts::quickjs {
namespace {

// A command is over before its garbage counts; one that goes on (run, events) collects it from here on.
constexpr size_t kCollectFrom = size_t{64} << 20;
constexpr size_t kStack = size_t{4} << 20;

// What the program can have, which is the language alone.
JSContext *make_context(JSRuntime *runtime) {
  JSContext *context = JS_NewContextRaw(runtime);
  if (!context) return nullptr;
  bool failed = JS_AddIntrinsicBaseObjects(context) || JS_AddIntrinsicDate(context) || JS_AddIntrinsicEval(context) ||
                JS_AddIntrinsicRegExp(context) || JS_AddIntrinsicJSON(context) || JS_AddIntrinsicMapSet(context) ||
                JS_AddIntrinsicTypedArrays(context) || JS_AddIntrinsicPromise(context);
  return failed ? nullptr : context;
}

// Its `command` takes what is native.
bool take_command(JSContext *context, JSValue native, JSValue &command) {
  JSValue make = exported(context, "command");
  command = JS_Call(context, make, JS_UNDEFINED, 1, &native);
  JS_FreeValue(context, make);
  return JS_IsFunction(context, command);
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

bool read_input(const char *path, std::string &text) {
  int error = core::read_file_at(AT_FDCWD, path, text);
  if (error < 0) complain(std::string(path) + ": " + strerror(-error));
  return error >= 0;
}

int write_image(const Image &image, const char *output) {
  Fd file(open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  int error = file ? core::write_all(file.get(), image.bytes) : -errno;
  return error < 0 ? complain(std::string(output) + ": " + strerror(-error)) : 0;
}

struct Inputs {
  // Compiled.
  std::string program;
  // Of which containers are made in rehearsals.
  std::string config;
};

// An engine in the image's memory. Where the program fails, so does this process.
Play make_engine(const Inputs &inputs, const Places &places) {
  begin_image(places);
  JSRuntime *runtime = JS_NewRuntime2(&kHeapFunctions, nullptr);
  JS_SetMaxStackSize(runtime, kStack);
  JSContext *context = make_context(runtime);
  if (!context) exit(complain("no memory for the engine"));
  if (!evaluate(context, inputs.program)) exit(complain_of_exception(context));
  JSValue native = make_functions(context), command = JS_UNDEFINED;
  if (!take_command(context, native, command) || !run_jobs(runtime)) exit(complain_of_exception(context));
  JS_RunGC(runtime);
  JS_SetGCThreshold(runtime, kCollectFrom);
  return {{runtime, context, command}, native, inputs.config};
}

// The engine is made once to see what commands access, and then once more in that order: it asks for the same blocks.
Places find_places(const Inputs &inputs) {
  std::string bytes = in_child([&] {
    Play play = make_engine(inputs, {});
    Image image = take_image(play.engine);
    std::vector<std::span<char>> blocks = image_blocks();
    std::vector<Rehearsal> rehearsals = rehearse_all(play, image.memory, Watched::kWrites);
    Places places = places_of(image.memory, blocks, rehearsals, words_read(play, image.memory));
    return std::string(reinterpret_cast<const char *>(places.data()), places.size() * sizeof(places[0]));
  });
  Places places(bytes.size() / sizeof(Places::value_type));
  bytes.copy(reinterpret_cast<char *>(places.data()), bytes.size());
  return places;
}

bool fits(const Places &places, const std::vector<std::span<char>> &blocks) {
  return std::ranges::equal(places, blocks, [](uint32_t place, std::span<char> block) {
    return (place == kNowhere) == block.empty();
  });
}

void set_all_pages(Image &image, const std::vector<Rehearsal> &rehearsals) {
  constexpr size_t kWords = kPage / kWord;
  std::vector<bool> each(image.memory.size() / kPage, true);
  std::vector<std::vector<bool>> pages;
  for (const Rehearsal &rehearsal : rehearsals) {
    std::vector<bool> &own = pages.emplace_back(each.size());
    for (size_t word = 0; word < own.size() * kWords; word++)
      if (rehearsal.written[word]) own[word / kWords] = true;
    for (size_t page = 0; page < each.size(); page++) each[page] = each[page] && own[page];
  }
  set_pages(image, "", each);
  for (size_t i = 0; i < rehearsals.size(); i++) {
    for (size_t page = 0; page < each.size(); page++) pages[i][page] = pages[i][page] && !each[page];
    set_pages(image, rehearsals[i].verb, pages[i]);
  }
}

}  // namespace

int make_image(const char *script, const char *config, const char *output) {
  std::string source;
  Inputs inputs;
  if (!read_input(script, source) || !read_input(config, inputs.config) || !compile(source, inputs.program)) return 1;
  Places places = find_places(inputs);
  Play play = make_engine(inputs, places);
  if (!fits(places, image_blocks())) return complain("the program has not asked for the same memory twice");
  Image image = take_image(play.engine);
  set_all_pages(image, rehearse_all(play, image.memory, Watched::kPages));
  return write_image(image, output);
}

}  // namespace runts::quickjs
