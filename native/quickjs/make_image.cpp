#include "make_image.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>

#include "../core/files.h"
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
// Of laying the image out anew; three or four are enough.
constexpr unsigned kRounds = 8;

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

using Numbers = std::vector<uint32_t>;

Numbers to_numbers(const Layout &layout) {
  Numbers numbers = layout.places;
  numbers.insert(numbers.end(), {layout.room, layout.unused});
  return numbers;
}

Layout to_layout(Numbers numbers) {
  Layout layout;
  layout.unused = numbers.back();
  numbers.pop_back();
  layout.room = numbers.back();
  numbers.pop_back();
  layout.places = std::move(numbers);
  return layout;
}

// The engine is made once to see what commands access, to be made once more in that order: it asks for the same blocks.
Layout find_layout(const Inputs &inputs) {
  return to_layout(numbers_in_child<uint32_t>([&] {
    Play play = make_engine(inputs, {});
    std::span<char> memory = image_memory();
    Blocks blocks = image_blocks();
    return to_numbers(lay_out(memory, blocks, rehearse_all(play, memory), all_accesses(play, memory)));
  }));
}

// Where they lie, blocks come in another order in the engine's tables by addresses, and others are accessed on the way. That
// of which they are the addresses stays where it is: what is moved now is found in the same order.
void settle(const Inputs &inputs, Layout &layout) {
  for (unsigned round = 0; round < kRounds; round++) {
    Numbers numbers = numbers_in_child<uint32_t>([&] {
      Play play = make_engine(inputs, layout.places);
      std::span<char> memory = image_memory();
      bool moved = move_accessed(layout, memory, image_blocks(), all_accesses(play, memory));
      return moved ? to_numbers(layout) : Numbers();
    });
    if (numbers.empty()) return;
    layout = to_layout(std::move(numbers));
  }
}

bool fits(const Places &places, const Blocks &blocks) {
  return std::ranges::equal(places, blocks, [](uint32_t place, std::span<char> block) {
    return (place == kNowhere) == block.empty();
  });
}

void set_all_pages(Image &image, const std::vector<Rehearsal> &rehearsals) {
  std::vector<bool> each(image.memory.size() / kPage, true);
  std::vector<std::vector<bool>> pages;
  for (const Rehearsal &rehearsal : rehearsals) {
    std::vector<bool> &own = pages.emplace_back(each.size());
    for (size_t offset : rehearsal.written) own[offset / kPage] = true;
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
  Layout layout = find_layout(inputs);
  settle(inputs, layout);
  Play play = make_engine(inputs, layout.places);
  if (!fits(layout.places, image_blocks())) return complain("the program has not asked for the same memory twice");
  Image image = take_image(play.engine);
  set_all_pages(image, rehearse_all(play, image.memory));
  return write_image(image, output);
}

}  // namespace runts::quickjs
