// See catalogue-access.hpp.
#include "addon/catalogue-access.hpp"

#include <algorithm>

#include "core/catalogue/item-weights.hpp"

namespace lawn {

namespace {

/// Lists of items, copied: nobody changes them between the check and the work.
struct OwnedLists {
  std::vector<uint32_t> offsets, items;
  OwnedLists() = default;
  OwnedLists(const Call& call, int argument, const char* name, int64_t users, int64_t extent)
      : offsets(call.copied<uint32_t>(argument)), items(call.copied<uint32_t>(argument + 1)) {
    checkOffsets(name, {offsets.data(), int64_t(offsets.size())}, users, int64_t(items.size()));
    checkIndices(name, items.data(), int64_t(items.size()), extent);
  }
  /// Each user's ascending, as masks are read.
  void sort() {
    for (size_t user = 0; user + 1 < offsets.size(); user++) {
      const auto begin = items.begin() + offsets[user], end = items.begin() + offsets[user + 1];
      if (!std::is_sorted(begin, end)) std::sort(begin, end);
    }
  }
  ItemLists view() const { return {.offsets = offsets.empty() ? nullptr : offsets.data(), .items = items.data()}; }
};

/// Arguments from `first` on: positives' offsets and items, masked offsets and items, k, then what is filled: scores
/// [positives], counts [2 positives + users], lists [users, k], bins [users, kBinNumbers] or null.
struct CatalogueQuestions {
  CatalogueQuestions(const Call& call, int first, int64_t users, int64_t items)
      : users(users),
        positives(call, first, "positives of a catalogue", users, items),
        masked(call, first + 2, "masked items of a catalogue", users, items) {
    masked.sort();
    const Span<float> scores = span<float>(call.env, call.arguments[first + 5], "scores of positives");
    const Span<uint32_t> counts = span<uint32_t>(call.env, call.arguments[first + 6], "counts of positives");
    const Span<uint32_t> lists = span<uint32_t>(call.env, call.arguments[first + 7], "lists");
    k = call.whole(first + 4, "k", 0, std::max<int64_t>(1, lists.size));
    const int64_t total = int64_t(positives.offsets.back());
    expect(scores.size == total && counts.size == 2 * total + users, "wrong sizes of positives");
    expect(lists.size == users * k, "wrong size of lists");
    answers.positiveScores = scores.data;
    answers.atLeast = counts.data;
    answers.above = counts.data + total;
    answers.notNumbers = counts.data + 2 * total;
    answers.listItems = lists.data;
    keep = {call.arguments[first + 5], call.arguments[first + 6], call.arguments[first + 7]};
    if (isNothing(call.env, call.arguments[first + 8])) return;
    const Span<double> bins = span<double>(call.env, call.arguments[first + 8], "bins");
    expect(bins.size == users * kBinNumbers, "wrong size of bins");
    answers.bins = bins.data;
    keep.push_back(call.arguments[first + 8]);
  }
  CatalogueRequest request() const {
    return {.users = users, .positives = positives.view(), .masked = masked.view(), .k = k};
  }

  int64_t users, k = 0;
  OwnedLists positives, masked;
  CatalogueAnswers answers;
  std::vector<napi_value> keep;
};

}  // namespace

napi_value rankCatalogue(const Call& call) {
  auto users = call.copied<uint32_t>(1);
  const std::array<int64_t, kSides>& entities = call.session()->model.entities;
  const int64_t count = int64_t(users.size());
  checkIndices("users of a catalogue", users.data(), count, entities[kUsers]);
  auto asked = std::make_shared<CatalogueQuestions>(call, 2, count, entities[kItems]);
  return PromiseWork::start(call.env, asked->keep, [session = call.lend(), users = std::move(users), asked] {
    session->scoring.answer(users.data(), asked->request(), asked->answers);
    return 0.0;
  });
}

napi_value topItems(const Call& call) {
  const Span<uint32_t> outItems = span<uint32_t>(call.env, call.arguments[5], "items");
  const Span<float> outScores = span<float>(call.env, call.arguments[6], "scores");
  const int64_t k = call.whole(2, "k", 1, std::max<int64_t>(1, outItems.size));
  auto users = call.copied<uint32_t>(1);
  const int64_t count = int64_t(users.size());
  expect(count <= outItems.size && count * k == outItems.size && outItems.size == outScores.size,
         "wrong sizes of lists");
  const std::array<int64_t, kSides>& entities = call.session()->model.entities;
  checkIndices("users of lists", users.data(), count, entities[kUsers]);
  const bool masks = !isNothing(call.env, call.arguments[3]);
  auto masked = masks ? OwnedLists(call, 3, "masked items", count, entities[kItems]) : OwnedLists();
  masked.sort();
  return PromiseWork::start(call.env, {call.arguments[5], call.arguments[6]},
                            [=, session = call.lend(), users = std::move(users), masked = std::move(masked)] {
                              const CatalogueRequest request{
                                  .users = int64_t(users.size()), .positives = {}, .masked = masked.view(), .k = k};
                              CatalogueAnswers answers;
                              answers.listItems = outItems.data;
                              answers.listScores = outScores.data;
                              session->scoring.answer(users.data(), request, answers);
                              return 0.0;
                            });
}

napi_value rankItemWeights(const Call& call) {
  const KernelTable& kernels = kernelsOf(call);
  const int threads = int(call.whole(1, "threads", 1, kMostThreads));
  const int64_t items = call.whole(2, "items", 1, 0xffffffff);
  const bool isSparse = !isNothing(call.env, call.arguments[3]);
  const Span<float> values = span<float>(call.env, call.arguments[5], "item weights");
  ItemWeights weights{.items = items, .offsets = nullptr, .columns = nullptr, .values = values.data};
  if (isSparse) {
    const Span<uint32_t> offsets = span<uint32_t>(call.env, call.arguments[3], "offsets of item weights");
    const Span<uint32_t> columns = span<uint32_t>(call.env, call.arguments[4], "columns of item weights");
    expect(columns.size == values.size, "wrong size of item weights");
    checkOffsets("offsets of item weights", offsets, items, columns.size);
    checkIndices("columns of item weights", columns.data, columns.size, items);
    weights.offsets = offsets.data;
    weights.columns = columns.data;
  } else {
    expect(values.size == items * items, "wrong size of item weights");
  }
  const int64_t users = span<uint32_t>(call.env, call.arguments[6], "offsets of own items").size - 1;
  expect(users >= 0, "offsets of own items");
  auto own = std::make_shared<OwnedLists>(call, 6, "own items", users, items);
  auto asked = std::make_shared<CatalogueQuestions>(call, 8, users, items);
  std::vector<napi_value> keep = asked->keep;
  keep.push_back(call.arguments[5]);
  if (isSparse) keep.insert(keep.end(), {call.arguments[3], call.arguments[4]});
  return PromiseWork::start(call.env, keep, [&kernels, threads, weights, own, asked] {
    ThreadPool pool(threads);
    answerByWeights(*kernels.catalogue, pool, weights, own->view(), asked->request(), asked->answers);
    return 0.0;
  });
}

}  // namespace lawn
