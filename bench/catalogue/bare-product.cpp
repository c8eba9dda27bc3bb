// The limit: how long the engine's own matrix product takes for as many scores, which nobody looks at. Panels of items
// are packed and stay in the cache as in answer-catalogue.cpp; a tile's sums are one chain each, as gemm.hpp has them.
//   bare-product USERS ITEMS WIDTH -> CPU seconds of one thread
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "kernels/catalogue/catalogue-table.hpp"
#include "kernels/gemm.hpp"

using namespace lawn;
using namespace lawn::LAWN_ISA;

namespace {

double cpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

float* floats(int64_t count) {
  float* made = static_cast<float*>(aligned_alloc(64, size_t(count + 64) / 16 * 64));
  for (int64_t at = 0; at < count; at++) made[at] = float(at % 97) * 0.01f - 0.5f;
  return made;
}

}  // namespace

int main(int, char** arguments) {
  const int64_t users = atoll(arguments[1]), items = atoll(arguments[2]), width = atoll(arguments[3]);
  constexpr int64_t columns = 2 * kLanes, together = 4 * kPanelUsers;
  const int64_t panels = (items + kPanelItems - 1) / kPanelItems;
  float* left = floats(users * width);
  float* right = floats(panels * kPanelItems * width);
  float* scores = floats(kPanelUsers * kPanelItems);
  double sum = 0;
  const double begun = cpuSeconds();
  for (int64_t block = 0; block < users; block += together) {
    const int64_t end = users - block < together ? users : block + together;
    for (int64_t first = 0; first < panels * kPanelItems; first += kPanelItems) {
      for (int64_t user = block; user < end; user += kPanelUsers) {
        for (int64_t at = 0; at < kPanelItems; at += columns) {
          multiply({
              .rows = end - user < kPanelUsers ? end - user : kPanelUsers,
              .columns = columns,
              .terms = width,
              .a = left + user * width,
              .aRowStride = width,
              .aTermStride = 1,
              .b = right + (first + at) * width,
              .bStride = columns,
              .c = scores + at,
              .cStride = kPanelItems,
          });
        }
        sum += scores[0];
      }
    }
  }
  printf("%.3f\n", cpuSeconds() - begun + (sum == 0.5 ? 1e-9 : 0));
}
