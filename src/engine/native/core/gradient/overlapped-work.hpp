// Independent work that is overlapped with a gradient: `tasks` calls of `run`.
#pragma once

#include <cstdint>
#include <functional>

namespace lawn {

struct OverlappedWork {
  int64_t tasks = 0;
  std::function<void(int64_t task, int thread)> run;
};

}  // namespace lawn
