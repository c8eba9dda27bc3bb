"""EASE with the newest rows of a person weighed more: what ages are worth to a closed form, beside a run that has them.

The weights B are fitted on plain rows of train (Steck 2019), as the product does. A person's row of ones becomes
(1 + a)^-power, a the number of newer rows, scaled to a mean of 1, when it is multiplied by B. The catalogue without
seen items is ranked, ties against the positive. Regularization and power are chosen on validation, each user's last row
of train; test is ranked once, by what was fitted on train and by what was fitted on train and validation.

  python bench/peers/ease-by-age.py FOLDER      # of ncf.train.pairs.tsv.gz and ml-1m.test.rating.gz
"""
import gzip
import os
import sys
from collections import defaultdict

import numpy

folder = sys.argv[1]
histories = defaultdict(list)  # oldest first
with gzip.open(os.path.join(folder, "ncf.train.pairs.tsv.gz"), "rt") as lines:
    for line in lines:
        user, item = map(int, line.split()[:2])
        histories[user].append(item)
with gzip.open(os.path.join(folder, "ml-1m.test.rating.gz"), "rt") as lines:
    test = dict(tuple(map(int, line.split()[:2])) for line in lines)
users = max(histories) + 1
items = 1 + max(max(map(max, histories.values())), max(test.values()))
train = {user: rows[:-1] for user, rows in histories.items()}
validation = {user: rows[-1] for user, rows in histories.items()}


def profiles(rows_of, power):
    matrix = numpy.zeros((users, items), numpy.float32)
    for user, rows in rows_of.items():
        weights = numpy.arange(len(rows), 0, -1, dtype=float) ** -power
        matrix[user, rows] = weights * len(rows) / weights.sum()
    return matrix


def fit(rows_of, regularization):
    ones = profiles(rows_of, 0)
    gram = (ones.T @ ones).astype(float)
    gram[numpy.diag_indices(items)] += regularization
    inverse = numpy.linalg.inv(gram)
    weights = -inverse / numpy.diag(inverse)
    numpy.fill_diagonal(weights, 0)
    return weights.astype(numpy.float32)


def ndcg(scores, seen, positives):
    found = []
    for user, positive in positives.items():
        row = scores[user].copy()
        value = row[positive]
        row[seen[user]] = row[positive] = -numpy.inf
        rank = 1 + numpy.sum(row >= value)
        found.append(1 / numpy.log2(rank + 1) if rank <= 10 else 0)
    return numpy.mean(found), numpy.std(found) / numpy.sqrt(len(found))


tried = []
for regularization in (50, 100, 200, 400, 800, 1600):
    weights = fit(train, regularization)
    for power in (0, 0.5, 1, 1.5):
        value, _ = ndcg(profiles(train, power) @ weights, train, validation)
        tried.append((value, regularization, power))
        print(f"regularization {regularization}, power {power}: validation NDCG@10 {value:.4f}", flush=True)
for label, some in (("without ages", [one for one in tried if one[2] == 0]), ("with ages", tried)):
    _, regularization, power = max(some)
    for rows_of, words in ((train, "train"), (histories, "train and validation")):
        value, error = ndcg(profiles(rows_of, power) @ fit(rows_of, regularization), histories, test)
        print(f"{label}, regularization {regularization}, power {power}, of {words}: test {value:.4f} ({error:.4f})")
