// Which instruction set to run, asked of the processor at run time. LAWN_WITH_X86 says that the x86-64 tables are
// linked in.
#include <cstring>

#include "kernels/kernel-table.hpp"

namespace lawn {

namespace baseline {
extern const KernelTable kernelTable;
}
#if defined(LAWN_WITH_X86)
namespace avx2 {
extern const KernelTable kernelTable;
}
namespace avx512 {
extern const KernelTable kernelTable;
}
#endif

namespace {

struct Candidate {
  const KernelTable* table;
  bool (*runsHere)();
};

// Best first.
const Candidate candidates[] = {
#if defined(LAWN_WITH_X86)
    {&avx512::kernelTable,
     [] {
       return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
              __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma");
     }},
    {&avx2::kernelTable, [] { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }},
#endif
    {&baseline::kernelTable, [] { return true; }},
};

}  // namespace

const KernelTable* chooseKernels(const char* name) {
#if defined(LAWN_WITH_X86)
  __builtin_cpu_init();
#endif
  for (const Candidate& candidate : candidates) {
    const bool wanted = name == nullptr || std::strcmp(name, candidate.table->name) == 0;
    if (wanted && candidate.runsHere()) return candidate.table;
  }
  return nullptr;
}

}  // namespace lawn
