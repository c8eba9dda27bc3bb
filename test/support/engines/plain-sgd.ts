/** What a session that is opened for its scorer alone trains with: nothing worth mentioning. */
export const sgd = {
  sides: { users: null, items: null },
  loss: { name: "bce" },
  optimizer: { base: { name: "sgd", weightDecay: 0 }, lawn: null },
  embeddingDecay: 0,
  source: null,
} as const;
