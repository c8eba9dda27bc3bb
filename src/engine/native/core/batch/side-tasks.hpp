// Tasks of a pool over parts of both sides: those of the users first.
#pragma once

#include "kernels/kernel-table.hpp"

namespace lawn {

class SideTasks {
 public:
  SideTasks(int64_t ofUsers, int64_t ofItems) : ofUsers_(ofUsers), ofItems_(ofItems) {}

  int64_t count() const { return ofUsers_ + ofItems_; }

  struct Part {
    int side;
    int64_t index;  // among the side's tasks
  };
  Part partOf(int64_t task) const {
    return task < ofUsers_ ? Part{.side = kUsers, .index = task} : Part{.side = kItems, .index = task - ofUsers_};
  }

 private:
  int64_t ofUsers_, ofItems_;
};

}  // namespace lawn
