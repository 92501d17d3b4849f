// Blobs of images.
#include <cerrno>

#include "../layer/blob_reader.h"
#include "async.h"
#include "bindings.h"

namespace runts::node {
namespace {

using layer::BlobReader;
using Info = Napi::CallbackInfo;

BlobReader *reader_at(const Info &info) {
  return info[0].IsExternal() ? info[0].As<Napi::External<BlobReader>>().Data() : nullptr;
}

// Numbers of JavaScript are exact up to 2^53, which no blob reaches.
uint64_t size_of(const Napi::Value &value) {
  double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : 0;
  return number > 0 ? static_cast<uint64_t>(number) : 0;
}

int descriptor_of(const Napi::Value &value) {
  return value.IsNumber() ? value.As<Napi::Number>().Int32Value() : -1;
}

layer::Packing packing_of(const Napi::Value &value) {
  std::string name = value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
  if (name == "gzip") return layer::Packing::kGzip;
  return name == "zstd" ? layer::Packing::kZstd : layer::Packing::kNone;
}

layer::BlobPlace place_of(const Napi::Object &from) {
  return {descriptor_of(from.Get("descriptor")), size_of(from.Get("offset")), size_of(from.Get("size")),
          packing_of(from.Get("compression")), descriptor_of(from.Get("copy"))};
}

Napi::Value open_blob(const Info &info) {
  Napi::Env env = info.Env();
  if (!info[0].IsObject()) return fail(env, EINVAL, "openBlob");
  std::unique_ptr<BlobReader> reader;
  core::Status status = BlobReader::open(place_of(info[0].As<Napi::Object>()), reader);
  if (!status.ok()) {
    status_error(env, status).ThrowAsJavaScriptException();
    return env.Undefined();
  }
  return give_out(env, std::move(reader));
}

// The reference is given up in the environment's own thread; at its end the environment takes it back.
Answer length_answer(napi_ref kept, core::Status status, size_t length) {
  return [kept, status = std::move(status), length](Napi::Env env) -> Napi::Value {
    napi_delete_reference(env, kept);
    if (!status.ok()) return status_error(env, status).Value();
    return Napi::Number::New(env, static_cast<double>(length));
  };
}

Napi::Value read_blob(const Info &info) {
  Napi::Env env = info.Env();
  BlobReader *reader = reader_at(info);
  napi_ref kept;
  if (!reader || !info[1].IsTypedArray() || napi_create_reference(env, info[1], 1, &kept) != napi_ok)
    return fail(env, EINVAL, "readBlob");
  auto bytes = info[1].As<Napi::Uint8Array>();
  std::span<uint8_t> buffer(bytes.Data(), bytes.ByteLength());
  return make_promise(env, [=](Settle settle) {
    reader->read(buffer, [kept, settle = std::move(settle)](core::Status status, size_t length) {
      settle(length_answer(kept, std::move(status), length));
    });
  });
}

Napi::Value blob_position(const Info &info) {
  BlobReader *reader = reader_at(info);
  if (!reader) return fail(info.Env(), EINVAL, "blobPosition");
  return Napi::Number::New(info.Env(), static_cast<double>(reader->position()));
}

Napi::Value blob_digests(const Info &info) {
  BlobReader *reader = reader_at(info);
  std::optional<layer::Digests> digests = reader ? reader->digests() : std::nullopt;
  if (!digests) return fail(info.Env(), EINVAL, "blobDigests");
  Napi::Object value = Napi::Object::New(info.Env());
  value.Set("blob", digests->blob);
  value.Set("content", digests->content);
  return value;
}

Napi::Value close_blob(const Info &info) {
  BlobReader *reader = reader_at(info);
  if (!reader) return fail(info.Env(), EINVAL, "closeBlob");
  reader->close();
  return info.Env().Undefined();
}

constexpr Export kTable[] = {
    {"openBlob", open_blob},
    {"readBlob", read_blob},
    {"blobPosition", blob_position},
    {"blobDigests", blob_digests},
    {"closeBlob", close_blob},
};

}  // namespace

constinit const std::span<const Export> kBlobs = kTable;

}  // namespace runts::node
