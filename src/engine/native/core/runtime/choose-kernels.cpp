// Which instruction set to run, asked of the processor at run time. LAWN_WITH_X86 says that the x86-64 tables are
// linked in.
#include <cstring>
#include <vector>

#include "kernels/kernel-table.hpp"
#if defined(LAWN_WITH_X86)
#include "core/runtime/processor.hpp"
#endif

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
  bool runsHere;
};

/// Best first.
std::vector<Candidate> candidates() {
#if defined(LAWN_WITH_X86)
  const Processor processor = readProcessor();
  return {
      {&avx512::kernelTable, processor.avx512},
      {&avx2::kernelTable, processor.avx2},
      {&baseline::kernelTable, true},
  };
#else
  return {{&baseline::kernelTable, true}};
#endif
}

}  // namespace

const KernelTable* chooseKernels(const char* name) {
  for (const Candidate& candidate : candidates()) {
    const bool wanted = name == nullptr || std::strcmp(name, candidate.table->name) == 0;
    if (wanted && candidate.runsHere) return candidate.table;
  }
  return nullptr;
}

}  // namespace lawn
