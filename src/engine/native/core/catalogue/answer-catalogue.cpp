// Scoring's answers about whole catalogues (scoring.hpp): a ranker that is one inner product goes panel by panel of
// items for many users at once, any other user by user. Threads take users, so that no answer depends on their number.
#include <algorithm>

#include "core/scoring.hpp"

namespace lawn {

namespace {

/// Users that go through the panels together: a panel is then read that much more seldom.
constexpr int64_t kUsersPerTask = 4 * kPanelUsers;

}  // namespace

void Scoring::answer(const uint32_t* users, const CatalogueRequest& request, const CatalogueAnswers& answers) {
  refresh();
  const int64_t items = model_.entities[kItems];
  if (request.positives.offsets != nullptr) scorePositives(users, request, answers.positiveScores);
  std::vector<CatalogueScan> scans;
  for (int thread = 0; thread < pool_.threads(); thread++) {
    scans.emplace_back(*kernels_.catalogue, request, answers, isProduct() ? kUsersPerTask : 1, items,
                       isProduct() ? kPanelItems : items);
  }
  if (isProduct()) return answerByPanels(users, request, scans);
  reserve(CatalogueScan::roomFor(items));
  pool_.run(request.users, [&](int64_t user, int thread) {
    float* scores = scratch_[size_t(thread)].scores.data();
    scoreUser(users[user], scratch_[size_t(thread)], scores);
    CatalogueScan& scan = scans[size_t(thread)];
    scan.begin(0, user);
    scan.take(0, scores, 0, items);
    scan.end(0);
  });
}

void Scoring::scorePositives(const uint32_t* users, const CatalogueRequest& request, float* out) {
  const uint32_t* offsets = request.positives.offsets;
  std::vector<uint32_t> column(size_t(request.positives.total(request.users)));
  for (int64_t user = 0; user < request.users; user++) {
    std::fill(column.begin() + offsets[user], column.begin() + offsets[user + 1], users[user]);
  }
  pairs(int64_t(column.size()), column.data(), request.positives.items, out);
}

void Scoring::packItems() {
  if (isPacked_) return;
  const RankerView view = model_.view();
  const int64_t items = model_.entities[kItems], width = view.dot, panels = divideUp(items, kPanelItems);
  panels_.reserve(panels * kPanelItems * width);
  const SideView& side = view.sides[kItems];
  if (side.bias != nullptr) {
    biasPanels_.reserve(panels * kPanelItems);
    std::copy(side.bias, side.bias + items, biasPanels_.data());
  }
  pool_.run(panels, [&](int64_t panel, int) {
    const int64_t first = panel * kPanelItems;
    kernels_.catalogue->packPanel(side.dot + first * width, std::min(kPanelItems, items - first), width,
                                  panels_.data() + first * width);
  });
  isPacked_ = true;
}

void Scoring::answerByPanels(const uint32_t* users, const CatalogueRequest& request,
                             std::vector<CatalogueScan>& scans) {
  packItems();
  const RankerView view = model_.view();
  const SideView &userSide = view.sides[kUsers], &itemSide = view.sides[kItems];
  const int64_t items = model_.entities[kItems], width = view.dot;
  for (Scratch& scratch : scratch_) scratch.scores.reserve(kPanelUsers * kPanelItems);
  pool_.run(divideUp(request.users, kUsersPerTask), [&](int64_t task, int thread) {
    CatalogueScan& scan = scans[size_t(thread)];
    float* scores = scratch_[size_t(thread)].scores.data();
    const int64_t begin = task * kUsersPerTask, count = std::min(kUsersPerTask, request.users - begin);
    const float* vectors[kUsersPerTask];
    float biases[kUsersPerTask];
    for (int64_t place = 0; place < count; place++) {
      const uint32_t user = users[begin + place];
      vectors[place] = userSide.dot + user * width;
      biases[place] = userSide.bias == nullptr ? 0 : userSide.bias[user];
      scan.begin(place, begin + place);
    }
    for (int64_t first = 0; first < items; first += kPanelItems) {
      for (int64_t place = 0; place < count; place += kPanelUsers) {
        const int64_t together = std::min(kPanelUsers, count - place);
        kernels_.catalogue->panelScores({
            .users = together,
            .width = width,
            .vectors = vectors + place,
            .userBias = biases + place,
            .items = panels_.data() + first * width,
            .itemBias = itemSide.bias == nullptr ? nullptr : biasPanels_.data() + first,
            .constant = view.headBias,
            .scores = scores,
        });
        for (int64_t own = 0; own < together; own++) {
          scan.take(place + own, scores + own * kPanelItems, first, std::min(kPanelItems, items - first));
        }
      }
    }
    for (int64_t place = 0; place < count; place++) scan.end(place);
  });
}

}  // namespace lawn
