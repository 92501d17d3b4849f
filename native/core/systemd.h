// Calls of systemd's manager.
#pragma once
#include <string>
#include <vector>

#include "../plan/steps.gen.h"
#include "context.h"

namespace runts::core {

Status call_systemd(const plan::SystemdCall &step, Context &context);

// Sends method calls over systemd's socket one after the other; the answers, errors among them, as they came.
Status ask_systemd(const std::string &socket, const std::vector<std::string> &calls, int timeout_ms,
                   std::vector<std::string> &answers);

}  // namespace runts::core
